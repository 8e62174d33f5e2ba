import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import axios from 'axios';
import nodeFetch from 'node-fetch';

// The fetch adapter with node-fetch below it, which takes a token along to any port of the host.
let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

describe.each<[string, unknown]>([
  ['3', nodeFetch],
  ['2', createRequire(import.meta.url)('node-fetch-2')],
])('axios with node-fetch %s', (_version, fetch) => {
  const instance = (): ReturnType<typeof axios.create> => {
    const env = { fetch, Request: null, Response: null };
    const made = axios.create({ baseURL: api.origin, adapter: 'fetch', env: env as never });
    attachAuth(made, 'good', { origins: [api.origin] });
    return made;
  };

  it('sends no token along a redirect: that is an error', async () => {
    const to = `${api.foreignOrigin}/echo`;
    await expect(instance().get('/redirect', { params: { to } })).rejects.toMatchObject({
      isAxiosError: true,
      response: { status: 302 },
    });
    expect(api.requests.map(({ foreign, authorization }) => [foreign, authorization])).toEqual([
      [false, 'Bearer good'],
    ]);
  });

  it('follows one of a request without a token', async () => {
    const config = { params: { to: `${api.foreignOrigin}/public` }, tokens: false as const };
    expect((await instance().get('/redirect', config)).status).toBe(200);
  });
});
