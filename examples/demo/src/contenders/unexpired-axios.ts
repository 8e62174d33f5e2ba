import { attachAuth } from '@unexpired/axios';
import { refreshTokenGrant } from '@unexpired/oauth';
import axios from 'axios';
import { createTokenManager } from 'unexpired';
import type { Contender } from './contender.ts';

export const unexpiredAxios: Contender = {
  id: 'unexpired-axios',
  name: 'Unexpired on axios',
  about: 'One refresh, which every request waits for.',
  ours: true,
  source: new URL(import.meta.url),

  async signIn({ apiOrigin, tokenEndpoint, clientId, signedIn, agent }) {
    const tokens = createTokenManager({ refresh: refreshTokenGrant({ tokenEndpoint, clientId }) });
    await tokens.setSession(signedIn);
    const api = axios.create({ baseURL: apiOrigin, httpAgent: agent });
    attachAuth(api, tokens, { origins: [apiOrigin] });

    return { get: async (path) => (await api.get<unknown>(path)).data, close: tokens.close };
  },
};
