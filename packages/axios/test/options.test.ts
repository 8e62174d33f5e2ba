import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import axiosRetry from 'axios-retry';
import { TokenError, type RequestEvent, type TokenSource } from 'unexpired';
import { caught, VERSIONS } from './support/attached.ts';

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

describe.each(VERSIONS)('axios %s', (_version, client) => {
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

  it.each(['fetch', 'a function'])('neither signs nor judges no-cors: %s', async (kind) => {
    const tokens = source();
    const sent: unknown[] = [];
    const instance = client.create({
      baseURL: api.origin,
      adapter:
        kind === 'fetch'
          ? 'fetch'
          : async (config) => {
              sent.push(config.headers.toJSON());
              return { status: 401, data: '', headers: {}, config, statusText: '' };
            },
      validateStatus: () => true,
    });
    attachAuth(instance, tokens);
    const { status } = await instance.get('/echo', { fetchOptions: { mode: 'no-cors' } });
    // fetch itself hides the status of such an answer in a browser; Node does not.
    expect([status, (await tokens.getToken())?.accessToken]).toEqual([401, 'old']);
    expect(JSON.stringify(sent)).not.toContain('old');
    expect(authorizations()).toEqual(kind === 'fetch' ? [undefined] : []);
  });

  it.each<[string, { base?: string; path: string; whole?: boolean }]>([
    ['a base URL and a path', { path: '/me/password' }],
    ['a base URL that ends with a slash', { base: '/', path: 'me/password' }],
    ['a base URL with a path of its own', { base: '/v1', path: '/me/password' }],
    ['a whole URL', { whole: true, path: '/me/password' }],
  ])('classify is told where a request goes, with %s', async (_, { base = '', path, whole }) => {
    const seen: string[] = [];
    const instance = client.create({ baseURL: `${api.origin}${base}`, validateStatus: () => true });
    attachAuth(instance, source(), {
      classify(_response, { url }) {
        seen.push(url);
        return url.endsWith('/password') ? 'accepted' : undefined;
      },
    });
    const url = whole ? `${api.origin}${path}` : path;
    const { status } = await instance.post(url, {}, { params: { from: 'here' } });
    expect({ status, seen }).toEqual({
      status: 401,
      seen: [`${api.origin}${base.replace(/\/$/, '')}/me/password`],
    });
  });

  it('json() of classify gives JSON only, of up to 1 MiB', async () => {
    const seen: unknown[] = [];
    const instance = client.create({ baseURL: api.origin });
    attachAuth(instance, 'good', {
      classify: async (answer) => void seen.push(await answer.json(), await answer.json()),
    });
    const types: ['text' | 'arraybuffer', string, unknown][] = [
      ['text', '{"a":1}', { a: 1 }],
      ['arraybuffer', '{"a":1}', { a: 1 }],
      ['text', `{"a":"${'x'.repeat(2 ** 20)}"}`, undefined],
      ['arraybuffer', `{"a":"${'x'.repeat(2 ** 20)}"}`, undefined],
    ];
    for (const [responseType, text, expected] of types) {
      for (const type of ['application/json', 'text/plain', undefined]) {
        const data = responseType === 'text' ? text : Buffer.from(text);
        await instance.get('/a', {
          responseType,
          adapter: async (config) => ({
            status: 200,
            data,
            headers: type ? { 'content-type': type } : {},
            config,
            statusText: '',
          }),
        });
        const found = type === 'text/plain' ? undefined : expected;
        expect(seen.splice(0)).toEqual([found, found]);
      }
    }
    // As XMLHttpRequest gives it for responseType: 'document'.
    await instance.get('/a', {
      adapter: async (config) => ({
        ...{ status: 200, data: { documentElement: {} }, statusText: '', config },
        headers: { 'content-type': 'text/xml' },
      }),
    });
    expect(seen.splice(0)).toEqual([undefined, undefined]);
    const parsed = { a: 1 };
    await instance.get('/a', {
      adapter: async (config) => ({
        ...{ status: 200, data: parsed, headers: {}, config, statusText: '' },
      }),
    });
    expect(seen).toEqual([parsed, parsed]);
  });

  it.each(['not sent', 'refused'])(
    'an error of ours has config and request where axios’s have them, out of sight: %s',
    async (when) => {
      const down = (): Promise<never> =>
        Promise.reject(new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'down' }));
      const tokens = {
        ...source(),
        ...(when === 'refused' ? { replaceRejected: down } : { getToken: down }),
      };
      const instance = client.create({ baseURL: api.origin });
      attachAuth(instance, tokens);
      const error = await caught(
        instance.put('/echo?secret=1', 'x', { headers: { 'x-mine': '1' } }),
      );
      expect(error.message).toBe(`down (PUT ${api.origin})`);
      expect(error.config).toMatchObject({ url: '/echo?secret=1', method: 'put', data: 'x' });
      expect(error.request !== undefined).toBe(when === 'refused');
      expect(error.response).toBeUndefined();
      expect(`${JSON.stringify(error)} ${inspect(error, { depth: 9 })}`).not.toMatch(/old|secret/);
    },
  );

  it.each(['before', 'after'])(
    'such an error is not retried by axios-retry, attached %s',
    async (order) => {
      let asked = 0;
      const tokens = {
        ...source(),
        getToken: () => (asked++, Promise.reject(new TokenError('ERR_REFRESH_UNAVAILABLE'))),
      };
      const instance = client.create({ baseURL: api.origin });
      if (order === 'before') axiosRetry(instance, { retries: 3 });
      attachAuth(instance, tokens);
      if (order === 'after') axiosRetry(instance, { retries: 3 });
      await caught(instance.get('/echo'));
      expect(asked).toBe(1);
    },
  );
});
