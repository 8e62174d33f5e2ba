import type { TokenInput, TokenSource } from '../source.ts';
import { describeToken, isTokenText } from '../tokens/token-syntax.ts';
import { fromFunction } from './function-source.ts';

/**
 * A {@link TokenSource} from whatever adapters take: a fixed token, a function asked for every request, or a source,
 * which comes back as it is. What a function throws becomes the `cause` of an ERR_REFRESH_UNAVAILABLE, unless it is a
 * `TokenError` already; a token that no header may carry is an ERR_REFRESH_ANSWER. About a refused token a function is
 * asked once, however many requests were refused with it, and without anybody's signal.
 *
 * @throws TypeError for anything else, an empty string included. The source rejects with one when the function is a
 * method of a token manager, which could not repair a refusal: pass the manager itself.
 *
 * @example
 * ```ts
 * const source = toTokenSource(({ rejected }) => (rejected ? 'new' : 'old'));
 * const tokens = await source.getToken(); // { accessToken: 'old' }
 * ```
 */
export function toTokenSource(input: TokenInput): TokenSource {
  if (typeof input === 'function') return fromFunction(input);
  if (isTokenText(input))
    return {
      getToken: async () => ({ accessToken: input }),
      replaceRejected: async () => undefined,
      issued: (accessToken) => accessToken === input,
    };
  const { getToken, replaceRejected } = (input ?? {}) as Partial<TokenSource>;
  if (typeof getToken !== 'function' || typeof replaceRejected !== 'function') {
    throw new TypeError(
      `tokens: expected a token manager, a source with getToken and replaceRejected, a function or a token, got ${describeToken(input)}`,
    );
  }
  return input;
}
