import axios from 'axios';
import { type AxiosAuthRefreshRequestConfig, createAuthRefresh } from 'axios-auth-refresh';
import type { Contender, Setting, TokenResponse } from './contender.ts';

/** axios-auth-refresh 5 as its README sets it up, in both settings of `deduplicateRefresh`. */
export const axiosAuthRefresh: Contender = {
  id: 'axios-auth-refresh',
  name: 'axios-auth-refresh (defaults)',
  about:
    'The first 401 starts a refresh, and the instance is paused until it ends; 401s that arrive then are handed to the caller.',
  ours: false,
  source: new URL(import.meta.url),
  signIn: (setting) => signIn(setting, true),
};

export const axiosAuthRefreshUndeduplicated: Contender = {
  id: 'axios-auth-refresh-each',
  name: 'axios-auth-refresh (deduplicateRefresh: false)',
  about:
    'Requests refused while a refresh runs wait for it; a 401 that arrives later starts another one.',
  ours: false,
  source: new URL(import.meta.url),
  signIn: (setting) => signIn(setting, false),
};

async function signIn(
  { apiOrigin, tokenEndpoint, clientId, signedIn, agent }: Setting,
  deduplicateRefresh: boolean,
) {
  let tokens = signedIn;
  const api = axios.create({ baseURL: apiOrigin, httpAgent: agent });

  api.interceptors.request.use((config) => {
    config.headers.Authorization = `Bearer ${tokens.access_token}`;
    return config;
  });

  const refresh = async (): Promise<void> => {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: clientId,
    });
    const unintercepted: AxiosAuthRefreshRequestConfig = {
      httpAgent: agent,
      skipAuthRefresh: true,
    };
    const { data } = await axios.post<TokenResponse>(tokenEndpoint, form, unintercepted);
    tokens = data;
  };
  // Its types know the CommonJS axios only, whose types do not fit those of the ESM one.
  createAuthRefresh(api as unknown as Parameters<typeof createAuthRefresh>[0], refresh, {
    deduplicateRefresh,
  });

  return { get: async (path: string) => (await api.get<unknown>(path)).data };
}
