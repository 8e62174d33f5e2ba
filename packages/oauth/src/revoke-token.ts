import { revocationRequest } from 'oauth4webapi';
import type { TokenSet } from 'unexpired';
import { authorizationServer } from './authorization-server.ts';
import { type Caller, call, refused } from './call.ts';
import { clientAuthentication } from './client-authentication.ts';
import { type ClientOptions, extraParameters } from './options.ts';
import { clientOf, fetchOf, requestOptions } from './token-endpoint.ts';

/** Options of {@link revokeToken}: one of `revocationEndpoint` and `issuer` is required. */
export interface RevokeOptions extends ClientOptions {
  /** Its revocation endpoint. */
  readonly revocationEndpoint?: string | URL | undefined;
}

/** Makes the server forget these tokens. */
export type RevokeFunction = (
  tokens: TokenSet,
  context: { readonly signal: AbortSignal },
) => Promise<void>;

/**
 * Revokes a session at the server (RFC 7009): its refresh token, which takes the access tokens with it wherever the
 * server can do that, or the access token where there is no other. A token that the server does not know is a success
 * (section 2.2). Rejects with `TokenError` otherwise; asking again is harmless.
 *
 * @throws TypeError for an option that cannot be right, at once.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { refreshTokenGrant, revokeToken } from '@unexpired/oauth';
 *
 * const server = { issuer: 'https://id.example.com', clientId: 'web' };
 * const tokens = createTokenManager({ refresh: refreshTokenGrant(server), revoke: revokeToken(server) });
 * ```
 */
export function revokeToken(options: RevokeOptions): RevokeFunction {
  const client = clientOf(options);
  const fetch = fetchOf(options);
  const authenticate = clientAuthentication(options.clientAuthentication, options.clientSecret);
  const findServer = authorizationServer(
    'revocation_endpoint',
    'revocationEndpoint',
    options.revocationEndpoint,
    options,
    fetch,
  );
  const parameters = extraParameters(options.parameters, undefined);
  const caller: Caller = { fetch, endpoint: 'revocation endpoint' };

  return async ({ accessToken, refreshToken }, { signal }) => {
    const server = await findServer(signal);
    const token = refreshToken ?? accessToken;
    const additionalParameters = new URLSearchParams(parameters);
    additionalParameters.set(
      'token_type_hint',
      refreshToken === undefined ? 'access_token' : 'refresh_token',
    );
    const answer = await call(caller, signal, (tracked) =>
      revocationRequest(server, client, authenticate, token, {
        ...requestOptions(tracked),
        additionalParameters,
      }),
    );
    const secrets = [token, options.clientSecret].filter((text) => text !== undefined);
    if (answer.status < 200 || answer.status > 299 || answer.error !== undefined)
      throw refused(answer, caller, false, secrets);
  };
}
