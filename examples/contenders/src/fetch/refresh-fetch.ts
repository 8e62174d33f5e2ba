import { configureRefreshFetch, fetchJSON } from 'refresh-fetch';
import { isRefused, redeemWithFetch } from '../app/redeem.ts';
import { tokensIn } from '../app/tokens-in.ts';
import type { Client, Contender } from '../contender.ts';

/** refresh-fetch as its README's example has it, with a refresh token beside the access token. */
export const refreshFetch: Contender = {
  id: 'refresh-fetch',
  name: 'refresh-fetch',
  about: 'The first 401 refreshes; requests that come before it is over wait.',
  ours: false,
  on: 'fetch',
  docs: 'https://github.com/vlki/refresh-fetch#example',
  source: new URL(import.meta.url),

  start(app) {
    const tokens = tokensIn(app.storage);
    const fetchJSONWithToken: typeof fetchJSON = (url, options = {}) => {
      const headers = { Authorization: `Bearer ${tokens.read()?.access_token}` };
      return fetchJSON(url, { ...options, headers });
    };
    const refreshToken = async (): Promise<void> => {
      try {
        tokens.setSession(await redeemWithFetch(app, tokens.read()?.refresh_token));
      } catch (error) {
        if (isRefused(error)) tokens.signOut();
        throw error;
      }
    };
    const send = configureRefreshFetch({
      fetch: fetchJSONWithToken,
      shouldRefreshToken: (error) => error.response?.status === 401,
      refreshToken,
    });

    const client: Client = {
      async get(path, { signal, timeout } = {}) {
        const limits = [
          ...(signal === undefined ? [] : [signal]),
          ...(timeout === undefined ? [] : [AbortSignal.timeout(timeout)]),
        ];
        return (await send(app.apiOrigin + path, { signal: AbortSignal.any(limits) })).body;
      },
      // It marks every body as JSON, so that a form or a stream is sent by other means.
    };
    return { ...tokens, client: () => client };
  },
};
