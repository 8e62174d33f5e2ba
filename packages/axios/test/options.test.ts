import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import axios from 'axios';
import axios17 from 'axios-1.7';
import type { RequestEvent, TokenSource } from 'unexpired';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

/** A source whose token the API refuses, and that has a good one in its place. */
const source = (): TokenSource & { readonly events: RequestEvent[] } => {
  let accessToken = 'old';
  const events: RequestEvent[] = [];
  return {
    events,
    getToken: async () => ({ accessToken }),
    replaceRejected: async () => ({ accessToken: (accessToken = 'good') }),
    report: (event) => void events.push(event),
  };
};
const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);

describe.each<[string, typeof axios]>([
  ['1.21', axios],
  ['1.7', axios17 as unknown as typeof axios],
])('axios %s', (_version, client) => {
  describe('the default of origins', () => {
    it('is the base URL, also when that is changed later', async () => {
      const instance = client.create({ baseURL: `${api.origin}/` });
      attachAuth(instance, source());
      await instance.get('/echo');
      await instance.get(`${api.foreignOrigin}/public`);
      instance.defaults.baseURL = api.foreignOrigin;
      await instance.get('/echo');
      await instance.get(`${api.origin}/public`);
      expect(authorizations()).toEqual([
        ...['Bearer old', 'Bearer good', undefined],
        ...['Bearer good', undefined],
      ]);
    });

    it('is said to be missing without a base URL', () => {
      expect(() => attachAuth(client.create(), 'one')).toThrow(/^origins: expected a list/);
    });
  });

  it('the source hears of a replay, and of what was not sent again', async () => {
    const tokens = source();
    const instance = client.create({ baseURL: api.origin, validateStatus: () => true });
    attachAuth(instance, tokens);
    const about = { method: 'POST', origin: api.origin };
    await instance.post('/echo?secret=1', {});
    api.accept('good-2');
    const refused = source();
    await instance.post('/echo', Readable.from(['x']), { tokens: refused });
    expect([...tokens.events, ...refused.events]).toEqual([
      { type: 'replayed', ...about, status: 200, outcome: 'accepted' },
      { type: 'notReplayed', ...about },
    ]);
  });

  it('another header carries the token alone, over what it carried, beside an auth of its own', async () => {
    const sent: object[] = [];
    const instance = client.create({
      baseURL: api.origin,
      adapter: async (config) => {
        sent.push({ ...config.headers.toJSON() });
        const status = sent.length === 1 ? 401 : 200;
        return { status, data: '', headers: {}, config, statusText: '' };
      },
    });
    attachAuth(instance, source(), { header: 'X-Shopify-Access-Token' });
    await instance.get('/echo', { auth: { username: 'a', password: 'b' } });
    const { config } = await instance.get('/echo', {
      headers: { 'X-SHOPIFY-access-token': 'old' },
    });
    expect(sent).toMatchObject([
      { 'X-Shopify-Access-Token': 'old' },
      { 'X-Shopify-Access-Token': 'good' },
      { 'X-SHOPIFY-access-token': 'good' },
    ]);
    expect(config.headers['X-SHOPIFY-access-token']).toBe('old');
  });
});
