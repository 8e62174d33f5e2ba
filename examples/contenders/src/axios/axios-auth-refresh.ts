import type { AxiosInstance } from 'axios';
import { type AxiosAuthRefreshRequestConfig, createAuthRefresh } from 'axios-auth-refresh';
import { redeemWithAxios } from '../app/redeem.ts';
import { tokensIn } from '../app/tokens-in.ts';
import type { App, Contender, Started } from '../contender.ts';
import { onAxios } from './on-axios.ts';

/** axios-auth-refresh 5 as its README sets it up, in both settings of `deduplicateRefresh`. */
export const axiosAuthRefresh: Contender = {
  id: 'axios-auth-refresh',
  name: 'axios-auth-refresh (defaults)',
  about:
    'The first 401 starts a refresh, and the instance is paused until it ends; 401s that arrive then are handed to the caller.',
  ours: false,
  on: 'axios',
  docs: 'https://www.npmjs.com/package/axios-auth-refresh',
  source: new URL(import.meta.url),
  start: (app) => start(app, true),
};

export const axiosAuthRefreshUndeduplicated: Contender = {
  id: 'axios-auth-refresh-each',
  name: 'axios-auth-refresh (deduplicateRefresh: false)',
  about:
    'Requests refused while a refresh runs wait for it; a 401 that arrives later starts another one.',
  ours: false,
  on: 'axios',
  docs: 'https://www.npmjs.com/package/axios-auth-refresh',
  source: new URL(import.meta.url),
  start: (app) => start(app, false),
};

function start(app: App, deduplicateRefresh: boolean): Started {
  const tokens = tokensIn(app.storage);

  const attach = (api: AxiosInstance): void => {
    api.interceptors.request.use((config) => {
      config.headers.Authorization = `Bearer ${tokens.read()?.access_token}`;
      return config;
    });

    const refresh = async (): Promise<void> => {
      const unintercepted: AxiosAuthRefreshRequestConfig = { skipAuthRefresh: true };
      tokens.setSession(await redeemWithAxios(app, tokens.read()?.refresh_token, unintercepted));
    };
    // Its types know the CommonJS axios only, whose types do not fit those of the ESM one.
    createAuthRefresh(api as unknown as Parameters<typeof createAuthRefresh>[0], refresh, {
      deduplicateRefresh,
    });
  };
  return { ...tokens, client: () => onAxios(app, attach) };
}
