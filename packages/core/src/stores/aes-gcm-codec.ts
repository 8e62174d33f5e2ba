import { nameOf } from '../session/options.ts';
import type { TokenSet } from '../tokens.ts';
import type { TokenCodec } from './encoded-store.ts';

/** Bytes of a nonce (NIST SP 800-38D section 8.2.2: random ones have 96 bits). */
const NONCE = 12;

/**
 * Encrypts tokens with AES-GCM of WebCrypto, under a random nonce each time and bound to where they are stored. `key` has
 * 16 or 32 bytes, or is a `CryptoKey` for AES-GCM. Of several keys the first one encrypts and any of them decrypts: put a
 * new one first, and take the old one away when every session has been refreshed. Throws a `TypeError` for anything else.
 *
 * @example
 * ```ts
 * import { aesGcmCodec } from 'unexpired';
 *
 * const codec = aesGcmCodec(crypto.getRandomValues(new Uint8Array(32))); // keep it where the store is not
 * ```
 */
export function aesGcmCodec(
  key: CryptoKey | Uint8Array | readonly (CryptoKey | Uint8Array)[],
): TokenCodec {
  const given = Array.isArray(key)
    ? (key as readonly (CryptoKey | Uint8Array)[])
    : [key as CryptoKey | Uint8Array];
  if (given.length === 0) throw new TypeError('aesGcmCodec: key: expected at least one');
  for (const one of given) requireKey(one);
  // A copy of the bytes: the caller may wipe its own.
  const imports = given.map((one) => (one instanceof Uint8Array ? Uint8Array.from(one) : one));
  let imported: Promise<readonly CryptoKey[]> | undefined;
  const keys = (): Promise<readonly CryptoKey[]> => {
    imported ??= Promise.all(
      imports.map(async (one) => (one instanceof Uint8Array ? importKey(one) : one)),
    );
    return imported;
  };
  const parameters = (iv: Uint8Array<ArrayBuffer>, place: string): AesGcmParams => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(place),
  });

  return {
    async encode(tokens, place) {
      const [first] = await keys();
      const iv = crypto.getRandomValues(new Uint8Array(NONCE));
      const sealed = await crypto.subtle.encrypt(
        parameters(iv, place),
        first as CryptoKey,
        new TextEncoder().encode(JSON.stringify(tokens)),
      );
      const bytes = new Uint8Array(NONCE + sealed.byteLength);
      bytes.set(iv);
      bytes.set(new Uint8Array(sealed), NONCE);
      return textOf(bytes);
    },
    async decode(text, place) {
      const bytes = bytesOf(text);
      let failure: unknown;
      for (const one of await keys()) {
        try {
          const opened = await crypto.subtle.decrypt(
            parameters(bytes.slice(0, NONCE), place),
            one,
            bytes.slice(NONCE),
          );
          return JSON.parse(new TextDecoder().decode(opened)) as TokenSet;
        } catch (error) {
          failure = error; // perhaps with the next key
        }
      }
      throw failure;
    },
  };
}

const importKey = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);

function requireKey(key: unknown): void {
  if (key instanceof Uint8Array) {
    if (key.length === 16 || key.length === 32) return;
    throw new TypeError(`aesGcmCodec: key: expected 16 or 32 bytes, got ${key.length}`);
  }
  if ((key as Partial<CryptoKey> | null | undefined)?.algorithm?.name !== 'AES-GCM')
    throw new TypeError(
      `aesGcmCodec: key: expected a Uint8Array or a CryptoKey for AES-GCM, got ${nameOf(key)}`,
    );
}

/** Base64, by hand of what every runtime has. */
const textOf = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
