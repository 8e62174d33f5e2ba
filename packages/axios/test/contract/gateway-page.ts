import { attachAuth } from '@unexpired/axios';
import { type Ask, serveGateway } from '../../../../test/support/gateway/in-page.ts';
import { newest, oldest } from './clients.ts';

const asking =
  (from: typeof newest, adapter: string): Ask =>
  async (tokens, baseURL, path) => {
    // What has no status goes on as the error that it is.
    const instance = from.create({ baseURL, adapter, validateStatus: null });
    attachAuth(instance, tokens);
    return (await instance.get(path)).status;
  };

serveGateway({
  'axios, xhr': asking(newest, 'xhr'),
  'axios, fetch': asking(newest, 'fetch'),
  'axios 1.7, xhr': asking(oldest, 'xhr'),
  'axios 1.7, fetch': asking(oldest, 'fetch'),
});
