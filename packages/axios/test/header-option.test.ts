import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import { caught, source, VERSIONS } from './support/attached.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

describe.each(VERSIONS)('axios %s', (_version, client) => {
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

  it('a redirect is an error with a header of another name, and the xhr adapter cannot refuse one', async () => {
    const instance = client.create({ baseURL: api.origin });
    attachAuth(instance, 'good', { header: 'X-Api-Token' });
    for (const adapter of ['http', 'fetch'] as const) {
      const error = await caught(instance.get('/redirect?to=/public', { adapter }));
      expect(client.isAxiosError(error)).toBe(true);
      expect((await instance.get('/echo', { adapter })).status).toBe(200);
    }
    expect(api.requests.map(({ path }) => path)).not.toContain('/public');
    const before = api.requests.length;
    Object.assign(globalThis, { XMLHttpRequest: Object });
    for (const adapter of ['xhr', ['xhr', 'fetch']] as const) {
      const error = await caught(instance.get('/echo', { adapter: adapter as 'xhr' }));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/^header: .*xhr.*redirect/);
    }
    Reflect.deleteProperty(globalThis, 'XMLHttpRequest');
    expect(api.requests.length).toBe(before);
  });
});
