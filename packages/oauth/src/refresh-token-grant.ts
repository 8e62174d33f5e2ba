import { refreshTokenGrantRequest } from 'oauth4webapi';
import { type RefreshFunction, TokenError } from 'unexpired';
import type { GrantOptions } from './options.ts';
import { tokenEndpoint } from './token-endpoint.ts';

/**
 * Buys new tokens with the refresh token (RFC 6749 section 6). One request a call; whether to try again is decided by
 * the caller, who is told what is known: see `delivery` of `TokenError`. The answer is returned as it came.
 *
 * Rejects with `TokenError`: `ERR_SESSION_ENDED` for `invalid_grant` or where there is no refresh token,
 * `ERR_REFRESH_CONFIGURATION` where the server does not accept the client or the request, or redirects, else
 * `ERR_REFRESH_UNAVAILABLE`. No error, nor anything behind it, holds a token, a secret or an answer's body.
 *
 * @throws TypeError for an option that cannot be right, at once.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { refreshTokenGrant } from '@unexpired/oauth';
 *
 * const tokens = createTokenManager({
 *   refresh: refreshTokenGrant({ tokenEndpoint: 'https://id.example.com/token', clientId: 'web' }),
 * });
 * ```
 */
export function refreshTokenGrant(options: GrantOptions): RefreshFunction {
  const redeem = tokenEndpoint(options);
  return async ({ refreshToken }, { signal }) => {
    if (refreshToken === undefined) {
      throw new TokenError('ERR_SESSION_ENDED', {
        message: 'There is no refresh token to buy new tokens with',
        delivery: 'unsent',
      });
    }
    return redeem(
      signal,
      (server, client, authenticate, request, parameters) =>
        refreshTokenGrantRequest(server, client, authenticate, refreshToken, {
          ...request,
          additionalParameters: parameters,
        }),
      refreshToken,
    );
  };
}
