import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import axios, { type AxiosError, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';
import { setupCache } from 'axios-cache-interceptor';
import MockAdapter from 'axios-mock-adapter';
import axiosRetry from 'axios-retry';
import { createTokenManager, type TokenManager } from 'unexpired';

// What people have beside us: mocks, caches, retries, sockets, patches. Each goes on as with a bare axios.
let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

type Static = typeof axios;
const commonjs = createRequire(import.meta.url)('axios') as Static;
const oldest = axios17 as unknown as Static;

const session = (): TokenManager & { refreshes: number } => {
  const tokens = createTokenManager({
    tokens: {
      accessToken: 'old',
      refreshToken: 'r',
      expiresAt: Date.now() + 3_600_000,
    },
    async refresh() {
      counting.refreshes++;
      return { accessToken: 'good' };
    },
  });
  const counting = Object.assign(tokens, { refreshes: 0 });
  return counting;
};
const caught = (promise: Promise<unknown>): Promise<AxiosError> =>
  promise.then(
    () => Promise.reject(new Error('resolved')),
    (error: AxiosError) => error,
  );
const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);

/** Serves on a port, or on a path for a Unix socket. */
async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  socket?: string,
): Promise<{ readonly server: Server; readonly port: number; close(): Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) =>
    socket ? server.listen(socket, resolve) : server.listen(0, '127.0.0.1', resolve),
  );
  const { port } = (server.address() as Partial<AddressInfo>) ?? {};
  return {
    server,
    port: port ?? 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.each<[string, Static]>([
  ['1.21', axios],
  ['1.21, CommonJS', commonjs],
  ['1.7', oldest],
])('axios %s', (_version, client) => {
  const attached = (tokens: TokenManager, config: AxiosRequestConfig = {}): AxiosInstance => {
    const instance = client.create({ baseURL: api.origin, ...config });
    attachAuth(instance, tokens, { origins: [api.origin] });
    return instance;
  };

  it.each(['/me', 'me', '', 'https://api.example.com/me'])(
    'axios-mock-adapter, a baseURL and the url "%s": a 401 is repaired',
    async (url) => {
      const instance = client.create({ baseURL: 'https://api.example.com' });
      const mock = new MockAdapter(instance as never);
      const seen: unknown[] = [];
      mock.onGet().reply((config) => {
        seen.push(config.headers?.['Authorization']);
        return [seen.length === 1 ? 401 : 200, 'answer'];
      });
      const tokens = session();
      attachAuth(instance, tokens, { origins: ['https://api.example.com'] });
      const { data } = await instance.get<string>(url);
      expect([data, seen, tokens.refreshes]).toEqual(['answer', ['Bearer old', 'Bearer good'], 1]);
    },
  );

  it.each([undefined, 0])(
    'a socketPath, maxRedirects %s: a 401 is repaired',
    async (maxRedirects) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-'));
      const socketPath = path.join(folder, 'socket');
      const seen: unknown[] = [];
      const { close } = await serve(({ headers }, response) => {
        seen.push(headers.authorization);
        response.writeHead(headers.authorization === 'Bearer good' ? 200 : 401).end('answer');
      }, socketPath);
      const tokens = session();
      const instance = client.create({
        baseURL: 'http://docker.localhost/v1',
        socketPath,
        ...(maxRedirects === 0 && { maxRedirects }),
      });
      attachAuth(instance, tokens, { origins: ['http://docker.localhost'] });
      const { data } = await instance.get<string>('/containers');
      await close();
      await rm(folder, { recursive: true });
      expect([data, seen, tokens.refreshes]).toEqual(['answer', ['Bearer old', 'Bearer good'], 1]);
    },
  );

  describe('a patched create', () => {
    const original = client.create;
    afterEach(() => void Object.assign(client, { create: original }));

    it('that attaches something to each instance: everything runs once for each request', async () => {
      const calls: string[] = [];
      const tokens = session();
      Object.assign(client, {
        create(config?: AxiosRequestConfig) {
          const instance = original.call(client, config);
          instance.interceptors.request.use((found) => (calls.push('request'), found));
          instance.interceptors.response.use((found) => (calls.push(`${found.status}`), found));
          attachAuth(instance, tokens, { origins: [api.origin] });
          return instance;
        },
      });
      await client.create({ baseURL: api.origin }).get('/echo');
      expect([calls, authorizations()]).toEqual([
        ['request', '200'],
        ['Bearer old', 'Bearer good'],
      ]);
      const detach = attachAuth(client, tokens, { origins: [api.origin] });
      await client.get(`${api.origin}/echo`).finally(detach);
      expect([calls, authorizations()]).toEqual([
        ['request', '200'],
        ['Bearer old', 'Bearer good', 'Bearer good'],
      ]);
    });

    it('of an instance, which insists on arguments', async () => {
      const instance = client.create({ baseURL: api.origin });
      Object.assign(instance, {
        create({ baseURL }: AxiosRequestConfig) {
          return original.call(client, { baseURL: String(baseURL) });
        },
      });
      attachAuth(instance, session(), { origins: [api.origin] });
      await instance.get('/echo');
      expect(authorizations()).toEqual(['Bearer old', 'Bearer good']);
    });
  });

  it.each(['before', 'after'])(
    'axios-cache-interceptor attached %s us: one refresh, one replay, and a hit is no request',
    async (order) => {
      const instance = client.create({ baseURL: api.origin });
      const tokens = session();
      const attach = (): unknown => attachAuth(instance, tokens, { origins: [api.origin] });
      if (order === 'after') attach();
      const cached = setupCache(instance, { ttl: 60_000 }) as unknown as AxiosInstance;
      if (order === 'before') attach();
      const answers = [await cached.get('/echo'), await cached.get('/echo')];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect([authorizations(), tokens.refreshes]).toEqual([['Bearer old', 'Bearer good'], 1]);
      const both = await Promise.all([cached.get('/public'), cached.get('/public')]);
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      expect(authorizations()).toEqual(['Bearer old', 'Bearer good', 'Bearer good']);
    },
  );

  it.each<[string, boolean]>(
    ['before', 'after'].flatMap((order) =>
      [true, false].map((shouldResetTimeout): [string, boolean] => [order, shouldResetTimeout]),
    ),
  )(
    'axios-retry attached %s us, shouldResetTimeout %s: each attempt has the timeout that it has with a bare axios',
    async (order, shouldResetTimeout) => {
      const timeouts: unknown[] = [];
      const statuses = [503, 503, 200];
      const { close, port } = await serve((_request, response) => {
        response.writeHead(statuses[timeouts.length - 1] ?? 200).end();
      });
      const origin = `http://127.0.0.1:${port}`;
      const observing = client.getAdapter('http');
      const run = async (attach?: (instance: AxiosInstance) => void): Promise<unknown[]> => {
        timeouts.length = 0;
        const instance = client.create({
          baseURL: origin,
          timeout: 60_000,
          adapter: (config) => (timeouts.push(config.timeout), observing(config)),
        });
        const retry = (): unknown =>
          axiosRetry(instance, { retries: 3, shouldResetTimeout, retryDelay: () => 100 });
        if (order === 'before') retry();
        attach?.(instance);
        if (order === 'after') retry();
        const { config } = await instance.get('/');
        // A request's own time is short; a delay between two of them is not.
        return [timeouts.map((left) => Number(left) > 59_950), Number(config.timeout) > 59_000];
      };
      const bare = await run();
      const ours = await run((instance) => attachAuth(instance, 'good', { origins: [origin] }));
      await close();
      expect(ours).toEqual(bare);
    },
  );

  it('eleven requests that wait with one signal cause no warning', async () => {
    const warnings: unknown[] = [];
    const warned = (warning: Error): unknown => warnings.push(warning.name);
    process.on('warning', warned);
    const controller = new AbortController();
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
      refresh: () => new Promise(() => undefined),
    });
    const instance = attached(tokens);
    const waiting = Array.from({ length: 25 }, () =>
      caught(instance.get('/echo', { signal: controller.signal })),
    );
    await new Promise(setImmediate);
    controller.abort();
    const codes = (await Promise.all(waiting)).map(({ code }) => code);
    await new Promise(setImmediate);
    process.removeListener('warning', warned);
    expect([new Set(codes), warnings]).toEqual([new Set(['ERR_CANCELED']), []]);
  });
});
