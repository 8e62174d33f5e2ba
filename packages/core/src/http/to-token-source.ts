import { TokenError, tokenErrorOf } from '../errors/errors.ts';
import type { TokenFunction, TokenInput, TokenSource } from '../source.ts';
import { describeToken, isTokenText } from '../tokens/token-syntax.ts';
import type { AccessToken } from '../tokens/tokens.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { authorizationOf } from './authorization.ts';

/**
 * A {@link TokenSource} from whatever adapters take: a fixed token, a function asked for every request, or a source,
 * which comes back as it is. What a function throws becomes the `cause` of an ERR_REFRESH_UNAVAILABLE, unless it is a
 * `TokenError` already; a token that no header may carry is an ERR_REFRESH_ANSWER.
 *
 * @throws TypeError for anything else, an empty string included.
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
    };
  const { getToken, replaceRejected } = (input ?? {}) as Partial<TokenSource>;
  if (typeof getToken !== 'function' || typeof replaceRejected !== 'function') {
    throw new TypeError(
      `tokens: expected a token manager, a source with getToken and replaceRejected, a function or a token, got ${describeToken(input)}`,
    );
  }
  return input;
}

export function fromFunction(ask: TokenFunction, _clock: Clock = systemClock): TokenSource {
  const answer = async (
    request: Parameters<TokenFunction>[0],
  ): Promise<AccessToken | undefined> => {
    let found: unknown;
    try {
      found = await ask(request);
    } catch (error) {
      if (request.signal?.aborted || tokenErrorOf(error)) throw error;
      throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
        message: 'The token function failed',
        cause: error,
      });
    }
    // `null` is what localStorage.getItem says for nothing.
    if (found === undefined || found === null) return undefined;
    const token = (typeof found === 'object' ? found : { accessToken: found }) as AccessToken;
    authorizationOf(token);
    return token;
  };
  return {
    getToken: (options) => answer({ signal: options?.signal }),
    replaceRejected: (rejected, options) => answer({ rejected, signal: options?.signal }),
  };
}
