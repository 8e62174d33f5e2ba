import { TokenError } from '../errors/errors.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { type Accept, isSuccess } from './read-answer.ts';

/** A successful answer that set cookies. */
export interface CookieAnswer {
  readonly expiresAt: number | undefined;
  /** The parsed body. */
  readonly body: unknown;
}

/**
 * Where the tokens are in cookies, the whole HTTP answer is needed, and is a success without any. Its expiry is read;
 * `complete` says what is kept instead of the tokens.
 */
export const acceptCookies =
  (complete: (answer: CookieAnswer) => Partial<TokenSet>): Accept =>
  (found, reading) => {
    if (found === undefined)
      return {
        error: new TokenError('ERR_REFRESH_ANSWER', {
          message:
            "Return the client's whole answer: of anything else nobody knows whether it was a success",
        }),
      };
    const { status, lost, html, code, body } = found;
    if (!isSuccess(status) || lost || html || code !== undefined) return undefined;
    const tokens = complete({ expiresAt: reading?.tokens.expiresAt, body });
    return { tokens, problem: undefined, warning: reading?.warning };
  };
