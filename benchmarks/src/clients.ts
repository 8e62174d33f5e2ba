// What an adapter adds to a request whose token is fresh, with a transport that answers at once and in this process.
import { EventEmitter } from 'node:events';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';
import axios, { type AxiosAdapter, type AxiosInstance } from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { type Build, freshManager, ofEach } from './support/builds.ts';
import { type Compared, type Contender, compare } from './support/compare.ts';
import { heapOf } from './support/heap.ts';
import { decimals, printTable, whole, within } from './support/print.ts';
import { freshTokens, noRefresh } from './support/tokens.ts';

const ORIGIN = 'https://api.example.com';
const origins = [ORIGIN];
const { accessToken } = freshTokens();
const body = { name: 'benchmark', tags: ['a', 'b', 'c'], nested: { count: 3 } };

const show = (title: string, compared: readonly Compared[]): void =>
  printTable(
    title,
    ['', 'microseconds', 'times the first', '95 %', 'microseconds over it'],
    compared.map(({ name, time, ratio, interval, over }) => [
      name,
      decimals(time, 2),
      decimals(ratio, 3),
      within(interval, 3),
      decimals(over, 2),
    ]),
  );

// ---- axios

const adapter: AxiosAdapter = async (config) => ({
  data: '{"ok":true}',
  status: 200,
  statusText: 'OK',
  headers: { 'content-type': 'application/json' },
  config,
  request: {},
});
const create = (): AxiosInstance => axios.create({ baseURL: ORIGIN, adapter });
const withInterceptor = (instance: AxiosInstance): AxiosInstance => {
  instance.interceptors.request.use((config) => {
    config.headers['Authorization'] = `Bearer ${accessToken}`;
    return config;
  });
  return instance;
};

const attach = (build: Build, instance: AxiosInstance): AxiosInstance => {
  // Another checkout's types are those of its own axios.
  build.attachAuth(instance, freshManager(build), { origins });
  return instance;
};
const bare = create();
const byHand = withInterceptor(create());
const authRefresh = withInterceptor(create()); // as its documentation says: it refreshes, and leaves sending the token to an interceptor
// Its types are those of an older axios.
createAuthRefresh(authRefresh as unknown as Parameters<typeof createAuthRefresh>[0], noRefresh);

type Instances = readonly (readonly [string, AxiosInstance])[];
const gets = (all: Instances): Contender[] =>
  all.map(([name, instance]) => ({ name, run: () => instance.get('/items/1') }));
const posts = (all: Instances): Contender[] =>
  all.map(([name, instance]) => ({ name, run: () => instance.post('/items', body) }));
const all: Instances = [
  ['axios alone, without a token', bare],
  ...ofEach('attachAuth', (build) => attach(build, create())),
  ['axios-auth-refresh', authRefresh],
  ['an interceptor by hand', byHand],
];
show('axios, GET', await compare(gets(all)));
show('axios, POST of an object', await compare(posts(all)));

// ---- axios with its default adapter, which it knows by name, over a transport of Node's that answers at once

const transport = {
  request(_options: unknown, answered: (response: Readable) => void): EventEmitter {
    const request = new EventEmitter();
    const end = (): void => {
      const response = Readable.from(['{"ok":true}'], { objectMode: false });
      const headers = { 'content-type': 'application/json' };
      answered(Object.assign(response, { statusCode: 200, statusMessage: 'OK', headers }));
    };
    const nothing = (): void => undefined;
    return Object.assign(request, { setTimeout: nothing, write: nothing, destroy: nothing, end });
  },
};
const createNamed = (how: object, headers: Record<string, string> = {}): AxiosInstance =>
  axios.create({ baseURL: ORIGIN, proxy: false, headers, ...how });
const withHeader = { Authorization: `Bearer ${accessToken}` };
const named = (how: object): Instances => [
  ['axios with a static Authorization header', createNamed(how, withHeader)],
  ...ofEach('attachAuth', (build) => attach(build, createNamed(how))),
  ['an interceptor by hand', withInterceptor(createNamed(how))],
];
const stubbed = named({ transport });
show('axios with its default adapter, GET', await compare(gets(stubbed)));
show('axios with its default adapter, POST of an object', await compare(posts(stubbed)));

const heaps: string[][] = [];
for (const [method, contenders] of [
  ['GET', gets(stubbed)],
  ['POST', posts(stubbed)],
] as const)
  for (const { name, run } of contenders)
    heaps.push([`${name}, ${method}`, whole(await heapOf(run))]);
printTable('Heap of a request, axios with its default adapter', ['', 'bytes'], heaps);

// ---- the same over a real connection to this process

const server = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json');
  request.on('end', () => response.end('{"ok":true}'));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const httpAgent = new Agent({ keepAlive: true });
const real: Instances = [
  ['axios with a static Authorization header', createNamed({ baseURL, httpAgent }, withHeader)],
  ...ofEach('attachAuth', (build) => {
    const instance = createNamed({ baseURL, httpAgent });
    build.attachAuth(instance, freshManager(build), { origins: [baseURL] });
    return instance;
  }),
  ['an interceptor by hand', withInterceptor(createNamed({ baseURL, httpAgent }))],
];
const together = (contenders: readonly Contender[], count: number): Contender[] =>
  contenders.map(({ name, run }) => ({
    name,
    run: () => Promise.all(Array.from({ length: count }, run)),
  }));
// A request takes so long that in the rounds alone the compiler would not come to the code that runs once for each. All
// of it runs as often before, so that compiled code is held against compiled code.
const COMPILED = 5000;
for (const { run } of [...gets(real), ...posts(real)])
  for (let runs = 0; runs < COMPILED; runs++) await run();
for (const count of [1, 20]) {
  show(`axios, real loopback, ${count} at a time, GET`, await compare(together(gets(real), count)));
  show(
    `axios, real loopback, ${count} at a time, POST of an object`,
    await compare(together(posts(real), count)),
  );
}
httpAgent.destroy();
server.close();

// ---- fetch

const answer = new Response('{"ok":true}');
// Replaced for this process, because the other library offers no other way.
globalThis.fetch = async () => answer;

const authFetches = ofEach('createAuthFetch', (build) =>
  build.createAuthFetch(freshManager(build), { origins }),
);
const oauth2Fetch = new OAuth2Fetch({
  client: new OAuth2Client({ server: 'https://auth.example.com', clientId: 'benchmark' }),
  getNewToken: () => ({ ...freshTokens(), refreshToken: null }),
  scheduleRefresh: false,
});
const text = JSON.stringify(body);
const requests: [string, () => string, () => RequestInit | undefined][] = [
  ['fetch, GET', () => `${ORIGIN}/items/1`, () => ({ headers: { accept: 'application/json' } })],
  [
    'fetch, POST of a text',
    () => `${ORIGIN}/items`,
    () => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: text }),
  ],
];
for (const [title, url, init] of requests) {
  const compared = await compare([
    { name: 'the stub alone, without a token', run: () => fetch(url(), init()) },
    ...authFetches.map(([name, authFetch]) => ({ name, run: () => authFetch(url(), init()) })),
    { name: '@badgateway/oauth2-client', run: () => oauth2Fetch.fetch(url(), init()) },
  ]);
  show(title, compared);
}
