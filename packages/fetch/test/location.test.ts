import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import crossFetch from 'cross-fetch';
import nodeFetch from 'node-fetch';
import * as undici from 'undici';

// Where we follow a redirect in place of the fetch below, it leads to where that would have gone.
let server: Server;
let origin = '';
let arrived: unknown[] = [];
let location = '';
beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    arrived.push(url);
    const from = url.startsWith('/from');
    response.writeHead(from ? 302 : 200, from ? { location } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => void (arrived = []));

type Fetch = (
  input: unknown,
  init?: unknown,
) => Promise<{ url: string; redirected: boolean; text(): Promise<string> }>;
const clients = {
  'the platform’s, in a function': (...call) => globalThis.fetch(...(call as [string])),
  undici: undici.fetch,
  'node-fetch 3': nodeFetch,
  'node-fetch 2': createRequire(import.meta.url)('node-fetch-2') as Fetch,
  'cross-fetch': crossFetch,
} as Record<string, Fetch>;

const bytes = (text: string): string => Buffer.from(text).toString('latin1');
const LOCATIONS: Record<string, () => string> = {
  'another path': () => '/to',
  'the same folder': () => 'to',
  'the parent folder': () => '../../to',
  'a query alone': () => '?to',
  'a URL without its scheme': () => `${origin.slice('http:'.length)}/to`,
  'letters outside ASCII, as UTF-8': () => bytes('/안녕?käse=ü'),
  'bytes that are no UTF-8': () => '/k\xe4se',
  'escapes, some in UTF-8 beside them': () => bytes('/a%20b/ä'),
  'a blank and a quote': () => '/a b"c',
  'a fragment': () => '/to#part',
  'nothing at all': () => '',
  'no URL': () => 'http://[',
  'another scheme': () => 'ftp://127.0.0.1/to',
};

const outcome = async (
  fetch: Fetch,
  init?: object,
): Promise<{ found: unknown; arrived: unknown[] }> => {
  arrived = [];
  const found = await fetch(`${origin}/from/here#own`, init).then(
    async (response) => {
      await response.text();
      return [response.url, response.redirected];
    },
    ({ name, message, type }: Error & { type?: unknown }) => [name, message, type],
  );
  return { found, arrived };
};

/** node-fetch's classes of errors cannot be reached from the function. */
const OF_ITS_OWN_CLASS = ['no URL', 'another scheme'];

describe.each(Object.entries(clients))('%s goes with us as without us', (name, fetch) => {
  const wrapped = (): Fetch =>
    createAuthFetch('token', { origins: [origin], fetch }) as unknown as Fetch;

  it.each(Object.entries(LOCATIONS))('to %s', async (what, make) => {
    location = make();
    const bare = await outcome(fetch);
    const ours = await outcome(wrapped());
    if (/node|cross/.test(name) && OF_ITS_OWN_CLASS.includes(what))
      expect(ours).toEqual({ ...bare, found: ['TypeError', expect.any(String), undefined] });
    else expect(ours).toEqual(bare);
  });

  it.each([0, 1, 3])('no further than its option follow says: %i', async (follow) => {
    location = '/from/there';
    expect(await outcome(wrapped(), { follow })).toEqual(await outcome(fetch, { follow }));
  });
});
