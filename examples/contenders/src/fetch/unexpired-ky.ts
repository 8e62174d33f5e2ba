import { kyAuth } from '@unexpired/fetch/ky';
import { refreshTokenGrant } from '@unexpired/oauth';
import ky from 'ky';
import { createTokenManager } from 'unexpired';
import type { Contender } from '../contender.ts';
import { onKy } from './on-ky.ts';

export const unexpiredKy: Contender = {
  id: 'unexpired-ky',
  name: 'Unexpired on ky',
  about: 'One refresh, which every request waits for.',
  ours: true,
  on: 'ky',
  docs: 'docs/start/ky.md',
  source: new URL(import.meta.url),

  start({ apiOrigin, tokenEndpoint, clientId, store }) {
    const refresh = refreshTokenGrant({ tokenEndpoint, clientId });
    const tokens = createTokenManager({ refresh, store });
    const attach = () => kyAuth(tokens, { origins: [apiOrigin] });

    return {
      client: () => onKy(ky.create({ baseUrl: apiOrigin, timeout: false }).extend(attach())),
      setSession: tokens.setSession,
      signOut: tokens.signOut,
      close: tokens.close,
    };
  },
};
