import { check, hasMethods, isName, nameOf } from '../errors/check-value.ts';
import { TokenError, tokenErrorOf } from '../errors/errors.ts';
import {
  type SessionRecord,
  type StoredValue,
  type TokenStore,
  unwritten,
} from '../session/store.ts';
import { aesGcmCodec, type EncryptionKey } from './aes-gcm-codec.ts';
import type { TokenCodec } from './token-codec.ts';

/** What is stored instead of a record with tokens. */
interface EncryptedRecord extends Omit<SessionRecord, 'tokens'> {
  readonly encoded: string;
}

/**
 * The same store, with its tokens encrypted (AES-GCM of WebCrypto, 16 or 32 bytes of key). Session, generation, intent and dead mark
 * stay readable. Each text is bound to the store, the session and the generation that it was written for.
 *
 * - Of several keys the first encrypts, and any decrypts: put a new key first, and remove the old one when every session
 *   has been refreshed.
 * - Tokens that cannot be encrypted are not written, and `setSession()` rejects at once.
 * - Tokens that cannot be decrypted are ERR_STORE_RECORD, and stay where they are. Where a key cannot be had now, they are
 *   ERR_REFRESH_UNAVAILABLE, and no sign-in replaces them.
 * - A session that was stored without encryption is read, and encrypted by the next write.
 *
 * @throws TypeError for a store or a key that cannot be right.
 *
 * @example
 * ```ts
 * import { createTokenManager, encryptedStore, type TokenStore } from 'unexpired';
 *
 * const encrypted = (store: TokenStore, key: Uint8Array) =>
 *   createTokenManager({
 *     store: encryptedStore(store, key),
 *     refresh: async ({ refreshToken }) => (await fetch('https://id.example.com/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 *   });
 * ```
 */
export function encryptedStore(
  store: TokenStore,
  key: EncryptionKey | readonly EncryptionKey[] | TokenCodec,
): TokenStore {
  check('encryptedStore: store', store, (value) => hasMethods(value, 'read', 'write'));
  const codec = codecOf(key);
  const placeOf = ({ session, gen }: Pick<SessionRecord, 'session' | 'gen'>): string =>
    JSON.stringify([store.name, session, gen]);

  const decrypted = async (stored: StoredValue): Promise<StoredValue> => {
    if (!isEncrypted(stored.value)) return stored;
    const { encoded } = stored.value;
    try {
      const tokens = await codec.decode(encoded, placeOf(stored.value));
      return { ...stored, value: replaced(stored.value, 'encoded', 'tokens', tokens) };
    } catch (error) {
      const known = tokenErrorOf(error);
      if (known?.action === 'retry')
        return {
          ...stored,
          unreadable: new TokenError(known.code, {
            message: `Store "${store.name}" holds tokens that could not be decrypted now: ${known.message}`,
            cause: known.cause,
          }),
        };
      const unreadable = new TokenError('ERR_STORE_RECORD', {
        message: `Store "${store.name}" holds tokens that could not be decrypted (${error instanceof Error ? error.name : nameOf(error)}): encrypted with another key, for another place, or changed. They were left as they are. setSession() and signOut() replace them`,
      });
      return { ...stored, unreadable };
    }
  };

  const encrypt: TokenCodec['encode'] = async (tokens, place) => {
    try {
      const text = await codec.encode(tokens, place);
      check('encode()', text, isName); // bytes would be written as something that is not read again
      return text;
    } catch (error) {
      throw unwritten(error instanceof Error ? error : new Error(`thrown: ${nameOf(error)}`));
    }
  };

  return {
    ...store,
    async read() {
      const stored = await store.read();
      return stored && decrypted(stored);
    },
    async write(record, expected) {
      if (record.tokens === undefined) return store.write(record, expected);
      const encoded = await encrypt(record.tokens, placeOf(record));
      const encrypted = replaced(record, 'tokens', 'encoded', encoded);
      return store.write(encrypted as unknown as EncryptedRecord, expected);
    },
  };
}

function codecOf(key: EncryptionKey | readonly EncryptionKey[] | TokenCodec): TokenCodec {
  const { encode, decode } = (key ?? {}) as Partial<TokenCodec>;
  if (typeof encode === 'function' && typeof decode === 'function') return key as TokenCodec;
  return aesGcmCodec(
    Array.isArray(key) ? (key as readonly EncryptionKey[]) : [key as EncryptionKey],
  );
}

/** The same members in the same order, with one replaced. */
const replaced = (record: object, member: string, by: string, value: unknown): object =>
  Object.fromEntries(
    Object.entries(record).map(([name, own]) => (name === member ? [by, value] : [name, own])),
  );

const isEncrypted = (value: unknown): value is EncryptedRecord =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<EncryptedRecord>).encoded === 'string';
