import { kyAuth } from '@unexpired/fetch/ky';
import { refreshTokenGrant } from '@unexpired/oauth';
import ky from 'ky';
import { createTokenManager } from 'unexpired';
import type { Contender } from './contender.ts';

export const unexpiredKy: Contender = {
  id: 'unexpired-ky',
  name: 'Unexpired on ky',
  about: 'One refresh, which every request waits for.',
  ours: true,
  source: new URL(import.meta.url),

  async signIn({ apiOrigin, tokenEndpoint, clientId, signedIn }) {
    const tokens = createTokenManager({ refresh: refreshTokenGrant({ tokenEndpoint, clientId }) });
    await tokens.setSession(signedIn);
    const api = ky
      .create({ baseUrl: apiOrigin, timeout: false })
      .extend(kyAuth(tokens, { origins: [apiOrigin] }));

    return { get: (path) => api.get(path).json(), close: tokens.close };
  },
};
