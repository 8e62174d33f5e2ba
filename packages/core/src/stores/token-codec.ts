import type { TokenSet } from '../tokens/tokens.ts';

/** Turns tokens into text that nobody who reads the store can use, and back: for a key that never leaves its service (KMS). */
export interface TokenCodec {
  /** A text: bytes are not written. `place` names the store, the session and the generation: a text must not be decoded in another place. */
  encode(tokens: TokenSet, place: string): Promise<string>;
  /**
   * Rejects for a text that it did not encode, or not for this place. A `TokenError` with `ERR_REFRESH_UNAVAILABLE` says that
   * this cannot be told now: nobody takes the tokens for lost then.
   */
  decode(text: string, place: string): Promise<TokenSet>;
}
