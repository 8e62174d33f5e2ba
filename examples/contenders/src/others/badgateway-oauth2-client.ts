import { OAuth2Client, OAuth2Fetch, type OAuth2Token } from '@badgateway/oauth2-client';
import type { Contender } from '../contender.ts';
import { onFetch } from '../fetch/on-fetch.ts';

const KEY = 'token-store';

/** The fetch wrapper of @badgateway/oauth2-client, as its README sets it up with a stored token. */
export const badgatewayOauth2Client: Contender = {
  id: 'badgateway',
  name: '@badgateway/oauth2-client',
  about: 'Refreshes once for all, before a request by the time and after a 401.',
  ours: false,
  on: 'fetch',
  docs: 'https://github.com/badgateway/oauth2-client#fetch-wrapper',
  source: new URL(import.meta.url),

  start({ apiOrigin, tokenEndpoint, clientId, storage }) {
    const client = new OAuth2Client({
      server: new URL(tokenEndpoint).origin,
      clientId,
      tokenEndpoint,
    });
    let wrapper: OAuth2Fetch | undefined;
    const create = (): OAuth2Fetch =>
      new OAuth2Fetch({
        client,
        getNewToken: async () => null, // nobody is here to sign in again
        storeToken: (token) => storage.setItem(KEY, JSON.stringify(token)),
        getStoredToken: () => JSON.parse(storage.getItem(KEY) ?? 'null') as OAuth2Token | null,
      });

    return {
      client() {
        wrapper ??= create(); // one for the app: it keeps the token that it has
        const send = wrapper;
        return onFetch(apiOrigin, (input, init) => send.fetch(new Request(input, init)));
      },
      setSession({ access_token, refresh_token = null, expires_in }) {
        const token: OAuth2Token = {
          accessToken: access_token,
          refreshToken: refresh_token,
          expiresAt: expires_in === undefined ? null : Date.now() + expires_in * 1000,
        };
        storage.setItem(KEY, JSON.stringify(token));
      },
      signOut: undefined,
    };
  },
};
