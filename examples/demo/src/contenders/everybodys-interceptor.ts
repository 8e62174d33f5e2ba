import axios, { type AxiosError, type InternalAxiosRequestConfig } from 'axios';
import type { Contender, TokenResponse } from './contender.ts';

/** The snippet that most tutorials end up with: on a 401, refresh and send the request again, once. */
export const everybodysInterceptor: Contender = {
  id: 'interceptor',
  name: "Everybody's axios interceptor",
  about: 'Every request that gets a 401 redeems the refresh token for itself.',
  ours: false,
  source: new URL(import.meta.url),

  async signIn({ apiOrigin, tokenEndpoint, clientId, signedIn, agent }) {
    let tokens = signedIn;
    const api = axios.create({ baseURL: apiOrigin, httpAgent: agent });

    api.interceptors.request.use((config) => {
      config.headers.Authorization = `Bearer ${tokens.access_token}`;
      return config;
    });

    api.interceptors.response.use(undefined, async (error: AxiosError) => {
      const original = error.config as
        | (InternalAxiosRequestConfig & { _retry?: boolean })
        | undefined;
      if (error.response?.status !== 401 || !original || original._retry) throw error;
      original._retry = true;
      const form = new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
        client_id: clientId,
      });
      const { data } = await axios.post<TokenResponse>(tokenEndpoint, form, { httpAgent: agent });
      tokens = data;
      return await api(original);
    });

    return { get: async (path) => (await api.get<unknown>(path)).data };
  },
};
