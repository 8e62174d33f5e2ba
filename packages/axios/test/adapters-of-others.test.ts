import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import axios, { type AxiosAdapter, type InternalAxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';

// Adapters that are functions of somebody's: what they keep of a request, and what they reject with.
const HERE = 'https://api.example.com';
const TOKEN = 'secret-token';
const VERSIONS: [string, typeof axios][] = [
  [axios.VERSION, axios],
  [axios17.VERSION, axios17 as unknown as typeof axios],
];
const answer = (config: InternalAxiosRequestConfig, more: object) => ({
  data: '',
  status: 200,
  statusText: '',
  headers: {},
  config,
  ...more,
});
const headersOf = (config: InternalAxiosRequestConfig): Record<string, string> =>
  config.headers.toJSON() as Record<string, string>;

describe.each(VERSIONS)('an adapter of somebody’s in axios %s', (_version, client) => {
  const end = async (adapter: AxiosAdapter): Promise<unknown> => {
    const instance = client.create({ baseURL: HERE, adapter });
    attachAuth(instance, TOKEN);
    return instance.get('/me').catch((error: unknown) => error);
  };

  it.each<[string, AxiosAdapter]>([
    [
      'plain headers in its request',
      async (config) => answer(config, { request: { headers: headersOf(config) } }),
    ],
    [
      'a map of headers in its request',
      async (config) =>
        answer(config, { request: { headers: new Map(Object.entries(headersOf(config))) } }),
    ],
    [
      'several errors in one',
      (config) =>
        Promise.any(
          ['one', 'two'].map(async (host) => {
            const own = { ...config, baseURL: host, headers: headersOf(config) };
            throw new client.AxiosError(host, 'ERR_NETWORK', own as never, {
              headers: headersOf(config),
            });
          }),
        ),
    ],
  ])('leaves no token behind in %s', async (_what, adapter) => {
    let sent: unknown;
    const found = await end(async (config) => {
      sent = config.headers.get('Authorization');
      return adapter(config);
    });
    expect(sent).toBe(`Bearer ${TOKEN}`);
    expect(inspect(found, { depth: Infinity, showHidden: true })).not.toContain(TOKEN);
  });

  it.each([undefined, null, '', 0, 'text', Object.freeze(new Error('frozen'))])(
    'that rejects with %p does so with us, too',
    async (reason) => {
      expect(await end(() => Promise.reject(reason as Error))).toBe(reason);
    },
  );
});
