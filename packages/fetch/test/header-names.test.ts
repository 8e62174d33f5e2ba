import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import ky from 'ky';
import crossFetch, { Headers as CrossHeaders, Request as CrossRequest } from 'cross-fetch';
import nodeFetch, { Headers as NodeHeaders, Request as NodeRequest } from 'node-fetch';
import * as undici from 'undici';
import type { TokenInput } from 'unexpired';

// A server sees the headers as their caller wrote them: spelling, order and repetitions; with us one more, the token.
let server: Server;
let origin = '';
let elsewhere = '';
let received: [string, string][][] = [];
let accepted: string | undefined;
beforeAll(async () => {
  server = createServer(({ rawHeaders, headers, url = '' }, response) => {
    const pairs = rawHeaders
      .map((name, index): [string, string] => [name, rawHeaders[index + 1] ?? ''])
      .filter((_pair, index) => index % 2 === 0);
    // One connection more is no header of the caller's.
    received.push(pairs.filter(([name]) => !/^(host|connection)$/i.test(name)));
    const to = new URL(url, origin).searchParams.get('to');
    const refused = accepted !== undefined && headers.authorization !== accepted;
    response.writeHead(to ? 307 : refused ? 401 : 200, to ? { location: to } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  elsewhere = `http://localhost:${port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  received = [];
  accepted = undefined;
});

type Fetch = (input: unknown, init?: unknown) => Promise<{ text(): Promise<string> }>;
interface Client {
  readonly fetch: Fetch;
  readonly Headers: new (init?: unknown) => object;
  readonly Request: new (input: unknown, init?: unknown) => unknown;
}

const version2 = createRequire(import.meta.url)('node-fetch-2') as Client & { default: Fetch };
const clients = {
  'the platform': { fetch: globalThis.fetch, Headers, Request },
  undici: { fetch: undici.fetch, Headers: undici.Headers, Request: undici.Request },
  'node-fetch 3': { fetch: nodeFetch, Headers: NodeHeaders, Request: NodeRequest },
  'node-fetch 2': { fetch: version2.default, Headers: version2.Headers, Request: version2.Request },
  'cross-fetch': { fetch: crossFetch, Headers: CrossHeaders, Request: CrossRequest },
} as unknown as Record<string, Client>;

const PAIRS: [string, string][] = [
  ['X-Trace-ID', '1'],
  ['accept', 'a/b'],
  ['X-Repeated', '1'],
  ['SOAPAction', 'käse'.slice(0, 1)],
];
const own = () => Object.fromEntries(PAIRS);

class Mine {
  readonly 'X-Of-A-Class' = '1';
}

/** Each way to say headers, as what a fetch is called with. */
const ways: Record<string, (client: Client, url: string) => [unknown, unknown?]> = {
  'an object': (_client, url) => [url, { headers: own() }],
  'an object of a class': (_client, url) => [url, { headers: new Mine() }],
  pairs: (_client, url) => [url, { headers: [...PAIRS, ['x-repeated', '2']] }],
  'a Map': (_client, url) => [url, { headers: new Map(PAIRS) }],
  'its own Headers': ({ Headers: Own }, url) => [url, { headers: new Own(PAIRS) }],
  'its own Headers, of a subclass': ({ Headers: Own }, url) => {
    class Special extends Own {
      constructor(first: number, init: unknown) {
        super(init);
        if (typeof first !== 'number') throw new Error('a constructor of its own');
      }
    }
    return [url, { headers: new Special(1, PAIRS) }];
  },
  'its own Request': ({ Request: Own }, url) => [new Own(url, { headers: PAIRS })],
  'its own Request, made of an object': ({ Request: Own }, url) => [
    new Own(url, { headers: own() }),
  ],
  'its own Request, and an init': ({ Request: Own }, url) => [
    new Own(url, { headers: PAIRS }),
    { method: 'POST', body: 'x' },
  ],
  'its own Request, and headers': ({ Request: Own }, url) => [
    new Own(url, { headers: { 'X-Gone': '1' } }),
    { headers: PAIRS },
  ],
};

const refusing: TokenInput = {
  getToken: async () => ({ accessToken: 'old' }),
  replaceRejected: async () => ({ accessToken: 'good' }),
};
/** How we come to send it; `accepts`: what is not refused. */
const cases: Record<string, { tokens: TokenInput; accepts?: string; path?: () => string }> = {
  'with a token': { tokens: 'good' },
  'with a token that is waited for': { tokens: async () => 'good' },
  'while nobody is signed in': { tokens: async () => undefined },
  'and again': { tokens: refusing, accepts: 'Bearer good' },
  'along a redirect': { tokens: 'good', path: () => '/?to=/there' },
  'along a redirect to another origin': {
    tokens: 'good',
    path: () => `/?to=${encodeURIComponent(elsewhere)}`,
  },
};

const isOurs = ([name]: [string, string]): boolean => name.toLowerCase() === 'authorization';

describe.each(Object.entries(clients))(
  'the headers of %s as their caller wrote them:',
  (_name, client) => {
    describe.each(Object.entries(cases))('%s', (_case, { tokens, accepts, path = () => '/' }) => {
      it.each(Object.entries(ways))('%s', async (_way, make) => {
        const url = `${origin}${path()}`;
        await (await client.fetch(...make(client, url))).text();
        const bare = received;
        received = [];
        accepted = accepts;
        const authFetch = createAuthFetch(tokens, {
          origins: [origin],
          fetch: client.fetch,
        }) as Fetch;
        await (await authFetch(...make(client, url))).text();
        const twice = accepts === undefined ? bare : [...bare, ...bare];
        expect(received.map((all) => all.filter((pair) => !isOurs(pair)))).toEqual(twice);
        // And ours is there, but for who is not signed in, and another origin.
        const signed = typeof tokens === 'function' && (await tokens({})) === undefined ? 0 : 1;
        expect(received[0]?.filter(isOurs)).toHaveLength(signed);
      });
    });
  },
);

it('the headers of ky reach the server as without us', async () => {
  const options = { headers: new Headers(PAIRS), json: { a: 1 } };
  await ky.post(origin, options);
  await ky.extend(kyAuth('good', { origins: [origin] })).post(origin, options);
  const [bare, ours] = received;
  expect(ours?.filter((pair) => !isOurs(pair))).toEqual(bare);
});
