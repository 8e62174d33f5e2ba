import axios, { type AxiosInstance } from 'axios';
import {
  applyAuthTokenInterceptor,
  clearAuthTokens,
  setAuthTokens,
  type TokenRefreshRequest,
} from 'axios-jwt';
import { redeemWithAxios } from '../app/redeem.ts';
import type { Contender } from '../contender.ts';
import { onAxios } from './on-axios.ts';

/** axios-jwt 4 as its README sets it up, for a back end that rotates refresh tokens. */
export const axiosJwt: Contender = {
  id: 'axios-jwt',
  name: 'axios-jwt',
  about: 'Reads the time in the token before each request; a 401 says nothing to it.',
  ours: false,
  on: 'axios',
  docs: 'https://www.npmjs.com/package/axios-jwt',
  source: new URL(import.meta.url),

  start(app) {
    const requestRefresh: TokenRefreshRequest = async (refreshToken) => {
      const { access_token, refresh_token } = await redeemWithAxios(app, refreshToken);
      return { accessToken: access_token, refreshToken: refresh_token ?? refreshToken };
    };
    const getStorage = () => ({
      get: async (key: string) => app.storage.getItem(key),
      set: async (key: string, value: string) => app.storage.setItem(key, value),
      remove: async (key: string) => app.storage.removeItem(key),
    });

    const attach = (api: AxiosInstance): void =>
      applyAuthTokenInterceptor(
        // Its types know the CommonJS axios only, whose types do not fit those of the ESM one.
        api as unknown as Parameters<typeof applyAuthTokenInterceptor>[0],
        { requestRefresh, getStorage },
      );
    attach(axios.create()); // until an interceptor was made, it has no storage to log in to

    return {
      client: () => onAxios(app, attach),
      setSession: ({ access_token, refresh_token = '' }) =>
        setAuthTokens({ accessToken: access_token, refreshToken: refresh_token }),
      signOut: clearAuthTokens,
    };
  },
};
