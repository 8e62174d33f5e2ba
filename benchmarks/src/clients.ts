// What an adapter adds to a request whose token is fresh, with a transport that answers at once and in this process.
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';
import { attachAuth } from '@unexpired/axios';
import { createAuthFetch } from '@unexpired/fetch';
import axios, { type AxiosAdapter, type AxiosInstance } from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { createTokenManager } from 'unexpired';
import { type Compared, compare } from './support/compare.ts';
import { decimals, printTable } from './support/print.ts';
import { freshTokens, noRefresh } from './support/tokens.ts';

const ORIGIN = 'https://api.example.com';
const origins = [ORIGIN];
const { accessToken } = freshTokens();
const body = { name: 'benchmark', tags: ['a', 'b', 'c'], nested: { count: 3 } };
const tokens = createTokenManager({ tokens: freshTokens(), refresh: noRefresh });

const show = (title: string, compared: readonly Compared[]): void =>
  printTable(
    title,
    ['', 'microseconds', 'times the first', 'microseconds over it'],
    compared.map(({ name, time, ratio, over }) => [
      name,
      decimals(time, 2),
      decimals(ratio, 2),
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

const bare = create();
const attached = create();
attachAuth(attached, tokens, { origins });
const byHand = withInterceptor(create());
const authRefresh = withInterceptor(create()); // as its documentation says: it refreshes, and leaves sending the token to an interceptor
// Its types are those of an older axios.
createAuthRefresh(authRefresh as unknown as Parameters<typeof createAuthRefresh>[0], noRefresh);

const instances = {
  'axios alone, without a token': bare,
  attachAuth: attached,
  'axios-auth-refresh': authRefresh,
  'an interceptor by hand': byHand,
};
const all = Object.entries(instances);
show(
  'axios, GET',
  await compare(all.map(([name, instance]) => ({ name, run: () => instance.get('/items/1') }))),
);
show(
  'axios, POST of an object',
  await compare(
    all.map(([name, instance]) => ({ name, run: () => instance.post('/items', body) })),
  ),
);

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
const createNamed = (headers: Record<string, string> = {}): AxiosInstance =>
  axios.create({ baseURL: ORIGIN, transport, headers, proxy: false });
const attachedNamed = createNamed();
attachAuth(attachedNamed, tokens, { origins });
const namedInstances = Object.entries({
  'axios with a static Authorization header': createNamed({
    Authorization: `Bearer ${accessToken}`,
  }),
  attachAuth: attachedNamed,
});
show(
  'axios with its default adapter, GET',
  await compare(
    namedInstances.map(([name, instance]) => ({ name, run: () => instance.get('/items/1') })),
  ),
);
show(
  'axios with its default adapter, POST of an object',
  await compare(
    namedInstances.map(([name, instance]) => ({ name, run: () => instance.post('/items', body) })),
  ),
);

// ---- fetch

const answer = new Response('{"ok":true}');
// Replaced for this process, because the other library offers no other way.
globalThis.fetch = async () => answer;

const authFetch = createAuthFetch(tokens, { origins });
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
    { name: 'createAuthFetch', run: () => authFetch(url(), init()) },
    { name: '@badgateway/oauth2-client', run: () => oauth2Fetch.fetch(url(), init()) },
  ]);
  show(title, compared);
}
