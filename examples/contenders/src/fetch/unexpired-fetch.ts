import { createAuthFetch } from '@unexpired/fetch';
import { refreshTokenGrant } from '@unexpired/oauth';
import { createTokenManager } from 'unexpired';
import type { Contender } from '../contender.ts';
import { onFetch } from './on-fetch.ts';

export const unexpiredFetch: Contender = {
  id: 'unexpired-fetch',
  name: 'Unexpired on fetch',
  about: 'One refresh, which every request waits for.',
  ours: true,
  on: 'fetch',
  docs: 'docs/start/fetch.md',
  source: new URL(import.meta.url),

  start({ apiOrigin, tokenEndpoint, clientId, store }) {
    const refresh = refreshTokenGrant({ tokenEndpoint, clientId });
    const tokens = createTokenManager({ refresh, store });

    return {
      client: () => onFetch(apiOrigin, createAuthFetch(tokens, { origins: [apiOrigin] })),
      setSession: tokens.setSession,
      signOut: tokens.signOut,
      close: tokens.close,
    };
  },
};
