// An SDK author: users pass a string, a function or a whole session.
import type { TokenInput } from 'unexpired';
import { createAuthFetch, type AuthFetchOptions } from '@unexpired/fetch';
export interface AcmeOptions {
  auth: TokenInput;
  baseUrl?: string;
  fetch?: AuthFetchOptions['fetch'];
}
export function acme({ auth, baseUrl = 'https://api.acme.com', fetch }: AcmeOptions) {
  return createAuthFetch(auth, {
    origins: [new URL(baseUrl).origin],
    fetch,
    whenSignedOut: 'reject',
  });
}
acme({ auth: 'token' });
acme({ auth: () => 'token' });
acme({ auth: async ({ rejected }) => (rejected ? 'new' : 'old') });
import * as undici from 'undici';
acme({
  auth: {
    async getToken() {
      return { accessToken: 'a' };
    },
    async replaceRejected() {
      return undefined;
    },
  },
  fetch: undici.fetch,
});
acme({ auth: '', fetch: async () => new Response() });
// @ts-expect-error who forgets to give the token is told so
acme({ auth: undefined });
