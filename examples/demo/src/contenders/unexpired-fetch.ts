import { createAuthFetch } from '@unexpired/fetch';
import { refreshTokenGrant } from '@unexpired/oauth';
import { createTokenManager } from 'unexpired';
import type { Contender } from './contender.ts';

export const unexpiredFetch: Contender = {
  id: 'unexpired-fetch',
  name: 'Unexpired on fetch',
  about: 'One refresh, which every request waits for.',
  ours: true,
  source: new URL(import.meta.url),

  async signIn({ apiOrigin, tokenEndpoint, clientId, signedIn }) {
    const tokens = createTokenManager({ refresh: refreshTokenGrant({ tokenEndpoint, clientId }) });
    await tokens.setSession(signedIn);
    const authFetch = createAuthFetch(tokens, { origins: [apiOrigin] });

    return {
      async get(path) {
        const response = await authFetch(apiOrigin + path);
        const body: unknown = await response.json();
        if (!response.ok)
          throw Object.assign(new Error(`The API answered ${response.status}.`), {
            status: response.status,
          });
        return body;
      },
      close: tokens.close,
    };
  },
};
