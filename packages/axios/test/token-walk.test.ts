import { createServer, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { types } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import axios, { type AxiosError, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import axios17 from 'axios-1.7';

// The token is in nothing that a caller gets: every object that can be reached from a result or an error is looked at.

const TOKEN = 'secret-token-of-the-walk';

/** Functions are looked into once, not for every request: most are methods of classes. */
const functions = new WeakSet<object>();

/**
 * Every place below `root` that shows the token. Members of any kind, those of prototypes too, entries of maps and sets,
 * headers. Left out is what only Node itself holds: agents and sockets, which serve other requests as well.
 */
function placesOfToken(root: unknown): string[] {
  const found: string[] = [];
  const seen = new Set<unknown>();
  const waiting: [unknown, string][] = [[root, '']];
  const look = (value: unknown, path: string): void => {
    if (typeof value === 'string') {
      if (value.includes(TOKEN)) found.push(path);
    } else if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
      if (!seen.has(value)) waiting.push([value, path]);
    }
  };
  for (const [value, path] of waiting) {
    if (seen.has(value) || isNodesOwn(value)) continue;
    seen.add(value);
    if (typeof value === 'function') {
      if (functions.has(value)) continue;
      functions.add(value);
    }
    if (seen.size > 20_000) throw new Error(`too many objects, up to ${path}`);
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
      look(Buffer.from((value as Uint8Array).buffer ?? value).toString('latin1'), `${path}(bytes)`);
      continue;
    }
    // Not `instanceof`: jest has classes of its own.
    if (types.isMap(value) || types.isSet(value)) look([...value], `${path}(entries)`);
    if (value instanceof Headers || value instanceof URLSearchParams)
      look([...value], `${path}(entries)`);
    for (
      let owner = value as object | null;
      owner;
      owner = Object.getPrototypeOf(owner) as object
    ) {
      for (const key of Reflect.ownKeys(owner)) {
        const at = `${path}.${String(key)}`;
        let member: unknown;
        try {
          member = Reflect.get(owner, key, value);
        } catch {
          continue; // a getter that wants another object, or more than there is
        }
        if (types.isPromise(member)) member.catch(() => undefined);
        look(key, `${at}(name)`);
        look(member, at);
      }
    }
  }
  return found;
}

const NODES_OWN = ['Agent', 'Socket', 'TLSSocket', 'Server', 'process'];
const isNodesOwn = (value: unknown): boolean =>
  value === globalThis ||
  NODES_OWN.includes((value as { constructor?: { name?: string } }).constructor?.name ?? '');

let server: Server;
let origin = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const good = request.headers.authorization?.includes(TOKEN) === true;
    request.resume();
    if (path === '/hang') return;
    if (path === '/cut') return void request.socket.destroy();
    if (path === '/slow' || path === '/cut-body') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"ok":', () => path === '/cut-body' && request.socket.destroy());
      return;
    }
    if (path === '/redirect') return void response.writeHead(302, { location: '/ok' }).end();
    const status = path === '/401' || !good ? 401 : path === '/500' ? 500 : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(path === '/bad-json' ? '{"ok":' : '{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

type Static = typeof axios;
const commonjs = createRequire(import.meta.url)('axios') as Static;
const oldest = axios17 as unknown as Static;

const clients: [string, Static, AxiosRequestConfig][] = [
  ['1.21, default', axios, {}],
  ['1.21, http', axios, { adapter: 'http' }],
  ['1.21, fetch', axios, { adapter: 'fetch' }],
  ['1.21, http as a function', axios, { adapter: axios.getAdapter('http') }],
  ['1.21, fetch as a function', axios, { adapter: axios.getAdapter('fetch') }],
  ['1.21, http without redirects', axios, { adapter: 'http', maxRedirects: 0 }],
  ['1.21 CommonJS, http', commonjs, { adapter: 'http' }],
  ['1.21 CommonJS, fetch', commonjs, { adapter: 'fetch' }],
  ['1.7, http', oldest, { adapter: 'http' }],
  ['1.7, fetch', oldest, { adapter: 'fetch' }],
  ['1.7, http as a function', oldest, { adapter: oldest.getAdapter('http') }],
];
const responseTypes = ['json', 'text', 'stream', 'arraybuffer', 'blob'] as const;

/** How a request ends. `abort`: after the headers, where there are some. */
const endings: [string, AxiosRequestConfig & { abort?: true; rethrow?: true; read?: true }][] = [
  ['ok', { url: '/ok' }],
  ['ok, posted', { url: '/ok', method: 'post', data: { a: 1 }, onUploadProgress: () => undefined }],
  ['ok, read to its end', { url: '/ok', read: true }],
  ['a redirect', { url: '/redirect' }],
  ['401', { url: '/401' }],
  ['401 that resolves', { url: '/401', validateStatus: null }],
  ['500', { url: '/500' }],
  ['too much content', { url: '/ok', maxContentLength: 1, read: true }],
  ['aborted after its headers', { url: '/slow', abort: true, read: true }],
  ['aborted before', { url: '/hang', abort: true }],
  ['cut off in its body', { url: '/cut-body', read: true }],
  ['cut off', { url: '/cut' }],
  ['nobody listens', { baseURL: 'http://127.0.0.1:1', url: '/ok' }],
  ['a timeout', { url: '/hang', timeout: 30 }],
  ['a timeout in its body', { url: '/slow', timeout: 30, read: true }],
  ['bad JSON', { url: '/bad-json', transitional: { silentJSONParsing: false } }],
  ['an interceptor that rethrows', { url: '/ok', rethrow: true }],
  ['an interceptor that rethrows a 401', { url: '/401', rethrow: true }],
  ['a transform that throws', { url: '/ok', transformResponse: [thrower] }],
];
function thrower(): never {
  throw new Error('a transform');
}

describe('the token is in nothing that a caller gets', () => {
  const counted = { combinations: 0, rejected: 0 };

  describe.each(clients)('axios %s', (_name, client, defaults) => {
    it.each(responseTypes)('as %s, whatever the ending', async (responseType) => {
      const end = async ([
        ending,
        { abort, rethrow, read, ...config },
      ]: (typeof endings)[number]): Promise<string[]> => {
        const instance = client.create({ baseURL: origin, responseType, ...defaults });
        attachAuth(instance, TOKEN, { origins: [origin, 'http://127.0.0.1:1'] });
        const kept: unknown[] = [];
        instance.interceptors.request.use((found) => (kept.push(found), found));
        if (rethrow) {
          const again = (r: AxiosResponse): never => {
            throw new client.AxiosError('again', 'ERR_AGAIN', r.config, r.request, r);
          };
          instance.interceptors.response.use(again, (error: AxiosError) =>
            again(error.response as AxiosResponse),
          );
        }
        const controller = new AbortController();
        if (abort) setTimeout(() => controller.abort(), 15);
        const results: unknown[] = [kept];
        try {
          const response = await instance.request<unknown>({
            ...config,
            ...(abort && { signal: controller.signal }),
          });
          results.push(response);
          if (read && responseType === 'stream') await readAll(response.data);
        } catch (error) {
          counted.rejected++;
          results.push(error, JSON.stringify(error));
        }
        counted.combinations++;
        return placesOfToken(results).map((place) => `${ending}: ${place}`);
      };
      const places = (await Promise.all(endings.map(end))).flat();
      expect(places).toEqual([]);
    });
  });

  it('in at least 400 combinations, of which many reject', () => {
    console.info(`Token walk: ${counted.combinations} combinations, ${counted.rejected} rejected`);
    expect(counted.combinations).toBe(clients.length * responseTypes.length * endings.length);
    expect(counted.combinations).toBeGreaterThanOrEqual(400);
    expect(counted.rejected).toBeGreaterThan(400);
  });

  it.each(['ok', '401'])('nor over HTTP/2: %s', async (ending) => {
    const http2 = createHttp2Server((request, response) => {
      expect(request.headers.authorization).toBe(`Bearer ${TOKEN}`);
      response.writeHead(ending === 'ok' ? 200 : 401).end('{}');
    });
    const sessions = new Set<{ destroy(): void }>();
    http2.on('session', (session) => sessions.add(session));
    await new Promise<void>((resolve) => http2.listen(0, '127.0.0.1', resolve));
    const baseURL = `http://127.0.0.1:${(http2.address() as AddressInfo).port}`;
    const instance = axios.create({ baseURL, httpVersion: 2 } as AxiosRequestConfig);
    attachAuth(instance, TOKEN, { origins: [baseURL] });
    const found: unknown = await instance.get('/').catch((error: unknown) => error);
    expect((found as AxiosResponse).status).toBe(ending === 'ok' ? 200 : 401);
    expect(placesOfToken(found)).toEqual([]);
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => http2.close(resolve));
  });

  it('and the walk finds it where it is: in a bare axios', async () => {
    for (const adapter of ['http', 'fetch']) {
      const headers = { Authorization: `Bearer ${TOKEN}` };
      const response = await axios.get(`${origin}/ok`, { adapter, headers });
      const places = placesOfToken(response);
      expect(places.some((place) => place.startsWith('.config.headers'))).toBe(true);
      expect(places.some((place) => place.startsWith('.request'))).toBe(true);
    }
  });
});

// Not every adapter ends a stream when its time is up, and not every stream when it is destroyed. Rejects as it fails.
async function readAll(stream: unknown): Promise<void> {
  const readable = stream instanceof Readable ? stream : Readable.fromWeb(stream as never);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, 100);
    readable.on('error', reject).on('close', resolve).resume();
    readable.once('close', () => clearTimeout(timer));
  }).finally(() => readable.destroy());
}
