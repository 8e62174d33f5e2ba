import { Agent, createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import axios, { type AxiosError, type AxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';
import FormDataPackage from 'form-data';

// A request to https: through an http: proxy is encrypted from axios 1.16 on. Before, the proxy sees all of it.
let proxy: Server;
let port = 0;
const seen: string[] = [];
beforeAll(async () => {
  proxy = createServer(({ url, headers }, response) => {
    seen.push(`${url} ${headers.authorization}`);
    response.end('from the proxy');
  });
  proxy.on('connect', ({ url, headers }, socket) => {
    seen.push(`CONNECT ${url} ${headers.authorization}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  port = (proxy.address() as AddressInfo).port;
});
afterAll(async () => {
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
});
beforeEach(() => void (seen.length = 0));
afterEach(() => void delete process.env['https_proxy']);

type Static = typeof axios;
const commonjs = createRequire(import.meta.url)('axios') as Static;
const oldest = axios17 as unknown as Static;
const oldestCommonjs = createRequire(import.meta.url)('axios-1.7') as Static;

const caught = (promise: Promise<unknown>): Promise<AxiosError> =>
  promise.then(
    () => Promise.reject(new Error('resolved')),
    (error: AxiosError) => error,
  );
const byConfig = (): AxiosRequestConfig => ({
  proxy: { protocol: 'http', host: '127.0.0.1', port },
});
const byEnvironment = (): AxiosRequestConfig => {
  process.env['https_proxy'] = `http://127.0.0.1:${port}`;
  return {};
};
const ORIGIN = 'https://api.example.com';

describe.each<[string, Static, AxiosRequestConfig]>([
  ['1.7', oldest, {}],
  ['1.7, CommonJS', oldestCommonjs, {}],
  ['1.7, a function', oldest, { adapter: oldest.getAdapter('http') }],
])('axios %s', (_name, client, defaults) => {
  it.each<[string, () => AxiosRequestConfig, unknown]>([
    ['the config', byConfig, undefined],
    ['the environment', byEnvironment, undefined],
    ['the config, with maxRedirects: 0', () => ({ ...byConfig(), maxRedirects: 0 }), undefined],
    ['the config, for a form-data', byConfig, new FormDataPackage()],
  ])('shows no proxy of %s the token, and says why', async (_where, config, data) => {
    const instance = client.create({ baseURL: ORIGIN, ...defaults, ...config() });
    attachAuth(instance, 'secret', { origins: [ORIGIN] });
    if (data) (data as FormDataPackage).append('a', 'b');
    const error = await caught(data ? instance.post('/me', data) : instance.get('/me'));
    expect(seen).toEqual([]);
    expect([error.name, error.message]).toEqual([
      'TypeError',
      expect.stringMatching(/^proxy: .*in the clear/),
    ]);
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('leaves a request without a token to the proxy, and one to http: with it', async () => {
    const instance = client.create({ ...defaults, ...byConfig() });
    attachAuth(instance, 'secret', {
      origins: [ORIGIN, 'http://api.example.com'],
      allowInsecureOrigins: true,
    });
    await instance.get(`${ORIGIN}/me`, { tokens: false });
    await instance.get('http://api.example.com/me');
    expect(seen).toEqual([
      'https://api.example.com/me undefined',
      'http://api.example.com/me Bearer secret',
    ]);
  });

  it('leaves the fetch adapter alone, which knows no proxy and no agent', async () => {
    const instance = client.create({
      baseURL: 'https://127.0.0.1:1',
      httpAgent: new Agent(),
      adapter: 'fetch',
    });
    attachAuth(instance, 'secret', { origins: ['https://127.0.0.1:1'] });
    expect((await caught(instance.get('/me'))).code).toBe('ERR_NETWORK');
  });

  it('leaves https: without a proxy alone, and the agents in the config as they are', async () => {
    const agents: unknown[] = [];
    const httpAgent = new Agent();
    const instance = client.create({
      ...defaults,
      baseURL: 'https://127.0.0.1:1',
      httpAgent,
      proxy: false,
    });
    attachAuth(instance, 'secret', { origins: ['https://127.0.0.1:1'] });
    const error = await caught(instance.get('/me'));
    agents.push(error.config?.httpAgent, error.config?.httpAgent);
    expect([error.code, agents.every((agent) => agent === httpAgent)]).toEqual([
      'ECONNREFUSED',
      true,
    ]);
  });
});

it.each<[string, Static]>([
  ['1.21', axios],
  ['1.21, CommonJS', commonjs],
])('axios %s asks the proxy for a tunnel, without the token', async (_name, client) => {
  const instance = client.create({ baseURL: ORIGIN, ...byConfig() });
  attachAuth(instance, 'secret', { origins: [ORIGIN] });
  await caught(instance.get('/me'));
  expect(seen).toEqual(['CONNECT api.example.com:443 undefined']);
});
