import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import ky, { type KyInstance, type Options } from 'ky';
import ky114 from 'ky-1.14';
import nodeFetch from 'node-fetch';
import * as undici from 'undici';
import { TokenError, type TokenSource } from 'unexpired';
import { walk } from './support/walk.ts';

// A token is in nothing that a caller gets: neither in results nor in errors, at any depth, enumerable or not.
// An API of its own: the contract's says in its answers which header it got.
const api = { origin: '', foreignOrigin: '' };
const servers = [0, 1].map(() =>
  createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const good = request.headers.authorization === 'Bearer tok-good';
    const scope = pathname === '/scope';
    const location = searchParams.get('to');
    request.resume();
    response.writeHead(location ? 307 : good && !scope ? 200 : 401, {
      'content-type': 'text/plain',
      ...(location && { location }),
      ...(scope && { 'www-authenticate': 'Bearer error="insufficient_scope"' }),
    });
    response.end('said');
  }),
);
beforeAll(async () => {
  for (const server of servers)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  [api.origin, api.foreignOrigin] = servers.map(
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  ) as [string, string];
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const TOKENS = ['tok-old', 'tok-good'];
const sources: Record<string, () => TokenSource> = {
  'a good token': () => ({
    getToken: async () => ({ accessToken: 'tok-good' }),
    replaceRejected: async () => undefined,
  }),
  'a refused token': () => ({
    getToken: async () => ({ accessToken: 'tok-old' }),
    replaceRejected: async () => ({ accessToken: 'tok-good' }),
  }),
  'a refused token and no better one': () => ({
    getToken: async () => ({ accessToken: 'tok-old' }),
    replaceRejected: async () => undefined,
  }),
  'a session that has ended': () => ({
    getToken: async () => ({ accessToken: 'tok-old' }),
    replaceRejected: () => Promise.reject(new TokenError('ERR_SESSION_ENDED')),
  }),
  'no token to be had': () => ({
    getToken: async () => ({ accessToken: 'tok-old' }),
    replaceRejected: () => Promise.reject(new TokenError('ERR_REFRESH_UNAVAILABLE')),
  }),
};

type Send = (url: string, init: RequestInit) => Promise<unknown>;
const version2 = createRequire(import.meta.url)('node-fetch-2') as typeof globalThis.fetch;
const clients: Record<string, (tokens: TokenSource) => Send> = {
  ...Object.fromEntries(
    Object.entries({
      fetch: undefined,
      undici: undici.fetch,
      'node-fetch 3': nodeFetch,
      'node-fetch 2': version2,
    }).map(([name, fetch]) => [
      name,
      (tokens: TokenSource) => createAuthFetch(tokens, { origins: [api.origin], fetch }),
    ]),
  ),
  'fetch(new Request)': (tokens) => {
    const authFetch = createAuthFetch(tokens, { origins: [api.origin] });
    return (url, init) => authFetch(new Request(url, init));
  },
  ...Object.fromEntries(
    ([ky, ky114] as KyInstance[]).flatMap((client, index) =>
      [true, false].map((throwHttpErrors) => [
        `ky ${index ? '1.14' : '2.1'}, throwHttpErrors: ${throwHttpErrors}`,
        (tokens: TokenSource): Send => {
          const settings: Options = { throwHttpErrors, retry: 0 };
          const instance = client
            .create(settings)
            .extend(kyAuth(tokens, { origins: [api.origin] }));
          return (url, init) => instance(url, init as Options);
        },
      ]),
    ),
  ),
};

/** What is asked for, and how the body of the answer is taken. */
const requests: Record<string, () => [string, RequestInit?]> = {
  GET: () => ['/public-not'],
  'POST text': () => ['/echo', { method: 'POST', body: 'x' }],
  'POST a form': () => ['/echo', { method: 'POST', body: new URLSearchParams('a=1') }],
  'a redirect': () => [`/redirect?to=/other`],
  'a redirect elsewhere': () => [
    `/redirect?to=${encodeURIComponent(`${api.foreignOrigin}/never`)}`,
  ],
  'a redirect that is an error': () => ['/redirect?to=/other', { redirect: 'error' }],
  'insufficient scope': () => ['/scope'],
  'a connection that is refused': () => ['', {}],
};
const endings: Record<string, (response: Response) => Promise<unknown>> = {
  unread: async () => undefined,
  'as text': async (response) => response.text(),
};

describe.each(Object.keys(clients))('%s', (client) => {
  it.each(Object.keys(sources))('with %s: it is in nothing that the caller gets', async (name) => {
    const finds: string[] = [];
    let walked = 0;
    for (const [what, request] of Object.entries(requests))
      for (const [how, read] of Object.entries(endings)) {
        const send = (clients[client] as (typeof clients)[string])(
          (sources[name] as () => TokenSource)(),
        );
        const [path, init] = request();
        const url = path ? api.origin + path : api.origin.replace(/\d+$/, '1');
        const got: unknown[] = [init];
        try {
          const response = (await send(url, { ...init })) as Response;
          got.push(response);
          got.push(await read(response));
        } catch (error) {
          got.push(error);
        }
        const { found, size } = walk(got, TOKENS);
        walked += size;
        finds.push(...found.map((at) => `${what}, ${how}: ${at}`));
      }
    expect(finds).toEqual([]);
    expect(walked).toBeGreaterThan(1000);
  });
});

it('would be found in a header of a request behind a cause that is not enumerable', () => {
  const error = new Error('x');
  Object.defineProperty(error, 'cause', {
    value: {
      request: new Map([['init', { headers: new Headers({ authorization: 'Bearer tok-old' }) }]]),
    },
  });
  expect(walk(error, TOKENS).found.length).toBeGreaterThan(0);
  expect(walk({ body: Buffer.from('Bearer tok-old') }, TOKENS).found.length).toBe(1);
});
