import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { TokenCodec, TokenSet } from 'unexpired';

/** Bytes of a nonce (NIST SP 800-38D section 8.2.2: random ones have 96 bits), and of a tag. */
const NONCE = 12;
const TAG = 16;

/**
 * Reads and writes what `encryptedStore` does with the same keys (AES-GCM, 16 or 32 bytes), but on this thread: tokens are a kilobyte or
 * two, and WebCrypto hands them to another thread and back, which takes longer than to encrypt them.
 */
export function codecOf(keys: readonly Uint8Array[]): TokenCodec {
  const own = keys.map((key) => ({
    algorithm: `aes-${key.length === 16 ? 128 : 256}-gcm` as const,
    key: Buffer.from(key), // a copy: the caller may wipe its own
  }));
  return {
    async encode(tokens, place) {
      const { algorithm, key } = own[0] as (typeof own)[0];
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: TAG });
      cipher.setAAD(Buffer.from(place));
      const sealed = [cipher.update(JSON.stringify(tokens), 'utf8'), cipher.final()];
      return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString('base64');
    },
    async decode(text, place) {
      const bytes = Buffer.from(text, 'base64');
      const end = Math.max(NONCE, bytes.length - TAG);
      let failure: unknown;
      for (const { algorithm, key } of own)
        try {
          const nonce = bytes.subarray(0, NONCE);
          const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: TAG });
          decipher.setAAD(Buffer.from(place));
          decipher.setAuthTag(bytes.subarray(end));
          const opened = [decipher.update(bytes.subarray(NONCE, end)), decipher.final()];
          return JSON.parse(Buffer.concat(opened).toString()) as TokenSet;
        } catch (error) {
          failure = error; // perhaps with the next key
        }
      throw failure;
    },
  };
}
