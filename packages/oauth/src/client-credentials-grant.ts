import { clientCredentialsGrantRequest } from 'oauth4webapi';
import type { AcquireFunction } from 'unexpired';
import type { GrantOptions } from './options.ts';
import { tokenEndpoint } from './token-endpoint.ts';

/**
 * Gets tokens for the client itself (RFC 6749 section 4.4): services that call services. One request a call; rejects as
 * `refreshTokenGrant` does, but never with `ERR_SESSION_ENDED`: there is no session that could end.
 *
 * @throws TypeError for an option that cannot be right, at once.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { clientCredentialsGrant } from '@unexpired/oauth';
 *
 * declare const clientSecret: string;
 * const tokens = createTokenManager({
 *   acquire: clientCredentialsGrant({ tokenEndpoint: 'https://id.example.com/token', clientId: 'billing', clientSecret }),
 * });
 * ```
 */
export function clientCredentialsGrant(options: GrantOptions): AcquireFunction {
  const get = tokenEndpoint(options);
  return ({ signal }) =>
    get(signal, (server, client, authenticate, request, parameters) =>
      clientCredentialsGrantRequest(server, client, authenticate, parameters, request),
    );
}
