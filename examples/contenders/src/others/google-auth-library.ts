import { OAuth2Client } from 'google-auth-library';
import { tokensIn } from '../app/tokens-in.ts';
import type { App, Contender, TokenResponse } from '../contender.ts';

/** google-auth-library's client for user sessions, pointed at another authorization server. */
export const googleAuthLibrary: Contender = {
  id: 'google-auth-library',
  name: 'google-auth-library',
  about:
    'Refreshes once for all, before a request by the time and after a 401; it does not take the rotated refresh token.',
  ours: false,
  on: 'its own client',
  docs: 'https://github.com/googleapis/google-auth-library-nodejs#oauth2',
  source: new URL(import.meta.url),

  start({ apiOrigin, tokenEndpoint, clientId, storage }: App) {
    const stored = tokensIn(storage);
    const client = new OAuth2Client({
      clientId,
      endpoints: { oauth2TokenUrl: tokenEndpoint },
      forceRefreshOnFailure: true,
    });
    client.on('tokens', ({ access_token, refresh_token }) => {
      if (access_token && refresh_token) stored.setSession({ access_token, refresh_token });
    });
    const known = stored.read();
    if (known !== undefined) client.setCredentials(credentials(known));

    return {
      client: () => ({
        get: async (path, { signal, timeout } = {}) =>
          (
            await client.request({
              url: apiOrigin + path,
              ...(signal === undefined ? {} : { signal }),
              ...(timeout === undefined ? {} : { timeout }),
            })
          ).data,
        post: async (path, data) =>
          (await client.request({ url: apiOrigin + path, method: 'POST', data })).data,
      }),
      setSession(tokens) {
        stored.setSession(tokens);
        client.setCredentials(credentials(tokens));
      },
      signOut() {
        stored.signOut();
        client.setCredentials({});
      },
    };
  },
};

function credentials({ access_token, refresh_token, expires_in }: TokenResponse) {
  return {
    access_token,
    refresh_token: refresh_token ?? null,
    ...(expires_in === undefined ? {} : { expiry_date: Date.now() + expires_in * 1000 }),
  };
}
