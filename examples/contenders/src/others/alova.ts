import { createAlova } from 'alova';
import { createServerTokenAuthentication } from 'alova/client';
import adapterFetch from 'alova/fetch';
import { isRefused } from '../app/redeem.ts';
import { tokensIn } from '../app/tokens-in.ts';
import type { App, Body, Client, Contender, TokenResponse } from '../contender.ts';

/** alova's token authentication interceptor, the server-based one, as its page sets it up. */
export const alova: Contender = {
  id: 'alova',
  name: 'alova, server-based authentication',
  about: 'The first 401 refreshes; requests that come or are refused before it is over wait.',
  ours: false,
  on: 'its own client',
  docs: 'https://alova.js.org/tutorial/client/strategy/token-authentication',
  source: new URL(import.meta.url),

  start(app) {
    const tokens = tokensIn(app.storage);
    const instance = createInstance(app, tokens);
    const client: Client = {
      async get(path, { signal, timeout } = {}) {
        const method = instance.Get(path, timeout === undefined ? {} : { timeout });
        signal?.addEventListener('abort', () => void method.abort(), { once: true });
        return await method.send();
      },
      // It makes text of a stream.
      post: async (path: string, body: Body) => await instance.Post(path, body as FormData),
    };
    return { ...tokens, client: () => client };
  },
};

function createInstance(
  { apiOrigin, tokenEndpoint, clientId }: App,
  tokens: ReturnType<typeof tokensIn>,
) {
  const refreshToken = (): Promise<TokenResponse> => {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: tokens.read()?.refresh_token ?? '',
      client_id: clientId,
    });
    const method = instance.Post<TokenResponse>(tokenEndpoint, form, {
      meta: { authRole: 'refreshToken' },
    });
    return method.send();
  };

  const { onAuthRequired, onResponseRefreshToken } = createServerTokenAuthentication({
    assignToken(method) {
      method.config.headers.Authorization = `Bearer ${tokens.read()?.access_token}`;
    },
    refreshTokenOnSuccess: {
      isExpired: (response: Response) => response.status === 401,
      handler: async () => {
        try {
          tokens.setSession(await refreshToken());
        } catch (error) {
          if (isRefused(error)) tokens.signOut();
          throw error;
        }
      },
    },
  });

  const instance = createAlova({
    baseURL: apiOrigin,
    requestAdapter: adapterFetch(),
    cacheFor: null,
    beforeRequest: onAuthRequired(),
    responded: onResponseRefreshToken({
      onSuccess: async (response: Response) => {
        if (!response.ok)
          throw Object.assign(new Error(`The API answered ${response.status}.`), {
            status: response.status,
          });
        return (await response.json()) as unknown;
      },
      // Without one, a network error becomes the answer.
      onError: (error) => {
        throw error;
      },
    }),
  });
  return instance;
}
