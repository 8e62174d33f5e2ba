import { authorizationCodeGrantRequest } from 'oauth4webapi';
import type { TokenResponse } from 'unexpired';
import type { GrantOptions } from './options.ts';
import { tokenEndpoint } from './token-endpoint.ts';

/** A login page that came back. */
export interface CompletedLogin {
  /** What `validateAuthResponse` gave, which is exported here. */
  readonly parameters: URLSearchParams;
  readonly redirectUrl: string;
  /** Of PKCE (RFC 7636): what the challenge was made of that the page was opened with. */
  readonly verifier: string;
}

/**
 * Gets the first tokens of a session, for the code of a login (RFC 6749 section 4.1.3). One request a call; rejects as
 * `refreshTokenGrant` does, but never with `ERR_SESSION_ENDED`: there is no session yet. The answer is returned as it came.
 *
 * @throws TypeError for an option that cannot be right, at once.
 *
 * @example
 * ```ts
 * import { authorizationCodeGrant, type CompletedLogin } from '@unexpired/oauth';
 * import type { TokenManager } from 'unexpired';
 *
 * const redeem = authorizationCodeGrant({ tokenEndpoint: 'https://id.example.com/token', clientId: 'web' });
 * const finishLogin = async (tokens: TokenManager, login: CompletedLogin, signal: AbortSignal): Promise<void> =>
 *   tokens.setSession(await redeem(login, { signal }));
 * ```
 */
export function authorizationCodeGrant(
  options: GrantOptions,
): (login: CompletedLogin, context: { readonly signal: AbortSignal }) => Promise<TokenResponse> {
  const get = tokenEndpoint(options);
  return ({ parameters, redirectUrl, verifier }, { signal }) =>
    get(signal, (server, client, authenticate, request, additionalParameters) =>
      authorizationCodeGrantRequest(
        server,
        client,
        authenticate,
        parameters,
        redirectUrl,
        verifier,
        { ...request, additionalParameters },
      ),
    );
}
