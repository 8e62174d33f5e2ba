import { TokenError } from '../errors.ts';
import { nameOf, requireMethods } from '../session/options.ts';
import type { TokenSet } from '../tokens.ts';
import type { SessionRecord, StoredValue, TokenStore } from './store.ts';

/** Turns tokens into text that is of no use to who reads the store, and back. */
export interface TokenCodec {
  /** `place` names the store, the session and the generation: text that was moved elsewhere must not be decoded there. */
  encode(tokens: TokenSet, place: string): Promise<string>;
  /** Rejects for what it did not encode, or not for this place. */
  decode(text: string, place: string): Promise<TokenSet>;
}

/** What is stored instead of a record with tokens. */
interface EncodedRecord extends Omit<SessionRecord, 'tokens'> {
  readonly encoded: string;
}

/**
 * The same store, with the tokens encoded in it: encryption at rest, for any store. Session, generation and marks stay
 * readable. What cannot be decoded is ERR_STORE_RECORD, and stays. A record or token set that was stored without
 * encoding is read, and encoded by the next write, so that encryption can be switched on where sessions live.
 *
 * @example
 * ```ts
 * import { aesGcmCodec, createTokenManager, encodedStore, type TokenStore } from 'unexpired';
 *
 * const encrypted = (store: TokenStore, key: Uint8Array) =>
 *   createTokenManager({
 *     store: encodedStore(store, aesGcmCodec(key)),
 *     refresh: async ({ refreshToken }) => (await fetch('https://id.example.com/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 *   });
 * ```
 */
export function encodedStore(store: TokenStore, codec: TokenCodec): TokenStore {
  requireMethods('encodedStore: store', store, ['read', 'write']);
  requireMethods('encodedStore: codec', codec, ['encode', 'decode']);
  const placeOf = ({ session, gen }: Pick<SessionRecord, 'session' | 'gen'>): string =>
    JSON.stringify([store.name, session, gen]);

  const decoded = async (stored: StoredValue): Promise<StoredValue> => {
    if (!isEncoded(stored.value)) return stored;
    const { encoded } = stored.value;
    try {
      const tokens = await codec.decode(encoded, placeOf(stored.value));
      return { ...stored, value: replaced(stored.value, 'encoded', 'tokens', tokens) };
    } catch (error) {
      throw new TokenError('ERR_STORE_RECORD', {
        message: `Store "${store.name}" holds tokens that could not be decoded (${error instanceof Error ? error.name : nameOf(error)}): encoded with another key, for another place, or changed. They were left as they are`,
      });
    }
  };

  return {
    name: store.name,
    shared: store.shared,
    lock: store.lock,
    async read() {
      const stored = await store.read();
      return stored && decoded(stored);
    },
    async write(record, expected) {
      if (record.tokens === undefined) return store.write(record, expected);
      const encoded = await codec.encode(record.tokens, placeOf(record));
      return store.write(
        replaced(record, 'tokens', 'encoded', encoded) as unknown as EncodedRecord,
        expected,
      );
    },
    ...(store.subscribe !== undefined && { subscribe: store.subscribe.bind(store) }),
  };
}

/** The same members in the same order, but for one. */
const replaced = (record: object, member: string, by: string, value: unknown): object =>
  Object.fromEntries(
    Object.entries(record).map(([name, own]) => (name === member ? [by, value] : [name, own])),
  );

const isEncoded = (value: unknown): value is EncodedRecord =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<EncodedRecord>).encoded === 'string';
