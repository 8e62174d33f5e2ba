import { attachAuth } from '@unexpired/axios';
import { refreshTokenGrant } from '@unexpired/oauth';
import { createTokenManager } from 'unexpired';
import type { Contender } from '../contender.ts';
import { onAxios } from './on-axios.ts';

export const unexpiredAxios: Contender = {
  id: 'unexpired-axios',
  name: 'Unexpired on axios',
  about: 'One refresh, which every request waits for.',
  ours: true,
  on: 'axios',
  docs: 'docs/start/axios.md',
  source: new URL(import.meta.url),

  start(app) {
    const { apiOrigin, tokenEndpoint, clientId, store } = app;
    const refresh = refreshTokenGrant({ tokenEndpoint, clientId });
    const tokens = createTokenManager({ refresh, store });

    return {
      client: () => onAxios(app, (api) => attachAuth(api, tokens, { origins: [apiOrigin] })),
      setSession: tokens.setSession,
      signOut: tokens.signOut,
      close: tokens.close,
    };
  },
};
