import { createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import ky from 'ky';
import { serveGateway } from '../../../../test/support/gateway/in-page.ts';

serveGateway({
  async fetch(tokens, api, path) {
    const authFetch = createAuthFetch(tokens, { origins: [api] });
    return (await authFetch(`${api}${path}`)).status;
  },
  async ky(tokens, api, path) {
    const client = ky.create({ retry: 0, throwHttpErrors: false });
    return (await client.extend(kyAuth(tokens, { origins: [api] })).get(`${api}${path}`)).status;
  },
});
