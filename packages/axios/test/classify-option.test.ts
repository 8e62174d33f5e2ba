import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import { source, VERSIONS } from './support/attached.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

describe.each(VERSIONS)('axios %s', (_version, client) => {
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
});
