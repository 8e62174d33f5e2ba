import type { TokenManager, TokenResponse, TokenSet } from 'unexpired';
import type { Call } from './call.ts';
import type { RemoteSession } from './session.ts';

/** Sign-in and sign-out, which the service has to hear of. */
export function createSignInOut(parts: {
  readonly session: RemoteSession;
  readonly call: (call: Call) => Promise<unknown>;
  readonly provider: string | undefined;
  readonly ask: () => Promise<unknown>;
  readonly closed: AbortSignal;
}): Pick<TokenManager, 'setSession' | 'signOut'> {
  const { session, call, provider, ask, closed } = parts;
  const requireOpen = (): void => {
    if (closed.aborted) throw closed.reason;
  };
  return {
    async setSession(tokens) {
      requireOpen();
      if (provider === undefined)
        throw new TypeError('setSession: give remoteTokens the name of the provider');
      await call({ method: 'PUT', path: '', body: depositOf(provider, tokens) });
      session.begin();
      await ask();
    },
    async signOut() {
      requireOpen();
      session.begin();
      session.nobody(undefined, 'self');
      await call({ method: 'DELETE', path: '' });
    },
  };
}

/** A token set in either spelling, as the service takes it. */
function depositOf(provider: string, tokens: TokenSet | TokenResponse): object {
  const { accessToken, refreshToken, tokenType, expiresAt, scope } = tokens as TokenSet;
  if ((tokens as Partial<TokenResponse>).access_token !== undefined)
    return { provider, token_response: tokens };
  const lifetime = expiresAt === undefined ? {} : { expires_in: expiresAt / 1000 };
  return {
    provider,
    ...(expiresAt !== undefined && { issued_at: 0 }), // from where the lifetime counts
    token_response: {
      access_token: accessToken,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(tokenType !== undefined && { token_type: tokenType }),
      ...(scope !== undefined && { scope }),
      ...lifetime,
    },
  };
}
