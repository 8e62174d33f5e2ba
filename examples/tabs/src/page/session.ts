// The session of this page, and of all its tabs: what you would write.
import { browserStore } from '@unexpired/browser';
import { createAuthFetch } from '@unexpired/fetch';
import { refreshTokenGrant } from '@unexpired/oauth';
import { createTokenManager, type TokenManager } from 'unexpired';

/** `tab`: for the server's account of who refreshed. */
export function openSession(tab: string): {
  readonly tokens: TokenManager;
  readonly authFetch: typeof fetch;
} {
  const tokens = createTokenManager({
    store: browserStore(),
    refresh: refreshTokenGrant({
      tokenEndpoint: new URL('/token', location.href),
      clientId: 'tabs',
      parameters: { tab },
    }),
  });
  return { tokens, authFetch: createAuthFetch(tokens, { origins: ['self'] }) };
}
