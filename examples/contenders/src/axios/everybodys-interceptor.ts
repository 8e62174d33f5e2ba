import type { AxiosError, AxiosInstance, InternalAxiosRequestConfig } from 'axios';
import { redeemWithAxios } from '../app/redeem.ts';
import { type AppTokens, tokensIn } from '../app/tokens-in.ts';
import type { App, Contender } from '../contender.ts';
import { onAxios } from './on-axios.ts';

/** The snippet that most tutorials end up with: on a 401, refresh and send the request again, once. */
export const everybodysInterceptor: Contender = {
  id: 'interceptor',
  name: "Everybody's axios interceptor",
  about: 'Every request that gets a 401 redeems the refresh token for itself.',
  ours: false,
  on: 'axios',
  docs: 'https://axios-http.com/docs/interceptors',
  source: new URL(import.meta.url),

  start(app) {
    const tokens = tokensIn(app.storage);
    return { ...tokens, client: () => onAxios(app, (api) => attach(api, tokens, app)) };
  },
};

function attach(api: AxiosInstance, tokens: AppTokens, app: App): void {
  api.interceptors.request.use((config) => {
    config.headers.Authorization = `Bearer ${tokens.read()?.access_token}`;
    return config;
  });

  api.interceptors.response.use(undefined, async (error: AxiosError) => {
    const original = error.config as
      | (InternalAxiosRequestConfig & { _retry?: boolean })
      | undefined;
    if (error.response?.status !== 401 || !original || original._retry) throw error;
    original._retry = true;
    tokens.setSession(await redeemWithAxios(app, tokens.read()?.refresh_token));
    return await api(original);
  });
}
