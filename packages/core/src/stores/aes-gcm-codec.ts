import { nameOf } from '../errors/check-value.ts';
import { TokenError } from '../errors/errors.ts';
import { safeCause } from '../errors/safe-cause.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { TokenCodec } from './token-codec.ts';

/** Bytes of a nonce (NIST SP 800-38D section 8.2.2: random ones have 96 bits). */
const NONCE = 12;

type Key = CryptoKey | Uint8Array;

/** A key for AES-GCM, 16 or 32 bytes; a function gives it when it is needed first. */
export type EncryptionKey = Key | (() => PromiseLike<Key>);

/**
 * Encrypts tokens under a random nonce each time, bound to the place where they are stored. The first key encrypts, any
 * key decrypts.
 *
 * @throws TypeError for a key that cannot be right. What a key function gives is checked when it is called.
 */
export function aesGcmCodec(given: readonly EncryptionKey[]): TokenCodec {
  if (given.length === 0) throw new TypeError('encryptedStore: key: expected at least one');
  // The bytes are copied: the caller may wipe its own.
  const sources = given.map((key) => {
    if (typeof key === 'function') return key;
    const own = checked(key);
    return async () => own;
  });
  const imported = new Map<number, Promise<CryptoKey>>();
  const keyAt = (index: number): Promise<CryptoKey> => {
    const known = imported.get(index);
    if (known !== undefined) return known;
    const source = sources[index] as () => PromiseLike<Key>;
    const found = Promise.resolve().then(source).then(checked).then(importKey);
    imported.set(index, found);
    // A keychain that was locked may be open at the next call.
    found.catch(() => imported.delete(index));
    return found;
  };
  const parameters = (iv: Uint8Array<ArrayBuffer>, place: string): AesGcmParams => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(place),
  });

  return {
    async encode(tokens, place) {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE));
      const text = new TextEncoder().encode(JSON.stringify(tokens));
      const sealed = await crypto.subtle.encrypt(parameters(iv, place), await keyAt(0), text);
      const bytes = new Uint8Array(NONCE + sealed.byteLength);
      bytes.set(iv);
      bytes.set(new Uint8Array(sealed), NONCE);
      return textOf(bytes);
    },
    async decode(text, place) {
      const bytes = bytesOf(text);
      let failure: unknown;
      let unavailable: TokenError | undefined;
      for (const index of sources.keys()) {
        const key = await keyAt(index).catch((error: unknown) => {
          unavailable = noKey(error);
        });
        if (key === undefined) continue;
        try {
          const opened = await crypto.subtle.decrypt(
            parameters(bytes.slice(0, NONCE), place),
            key,
            bytes.slice(NONCE),
          );
          return JSON.parse(new TextDecoder().decode(opened)) as TokenSet;
        } catch (error) {
          failure = error; // perhaps with the next key
        }
      }
      throw unavailable ?? failure;
    },
  };
}

const noKey = (error: unknown): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: 'The encryption key could not be had',
    cause: safeCause(error),
  });

/** The key, checked; a copy of its bytes. */
function checked(key: unknown): CryptoKey | Uint8Array<ArrayBuffer> {
  if (key instanceof Uint8Array) {
    if (key.length === 16 || key.length === 32) return Uint8Array.from(key);
    throw new TypeError(`encryptedStore: key: expected 16 or 32 bytes, got ${key.length}`);
  }
  if ((key as Partial<CryptoKey> | null | undefined)?.algorithm?.name === 'AES-GCM')
    return key as CryptoKey;
  throw new TypeError(
    `encryptedStore: key: expected a Uint8Array, a CryptoKey for AES-GCM, or a codec with encode() and decode(), got ${nameOf(key)}`,
  );
}

const importKey = async (key: CryptoKey | Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  key instanceof Uint8Array
    ? crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
    : key;

/** Base64, with what every runtime has. */
const textOf = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
