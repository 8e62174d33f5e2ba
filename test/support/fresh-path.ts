// Counts what one request with a fresh token does besides its client. A process of its own: a test's sandbox hides its
// promises from the hook.
import { createHook } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { attachAuth } from '@unexpired/axios';
import { createAuthFetch } from '@unexpired/fetch';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { createTokenManager } from 'unexpired';

const ORIGIN = 'https://api.example.com';
const tokens = createTokenManager({
  tokens: { accessToken: 'fresh-token-1', refreshToken: 'r-1', expiresAt: Date.now() + 3_600_000 },
  refresh: () => Promise.reject(new Error('no refresh is due')),
});

let promises = 0;
createHook({
  init(_id, type) {
    if (type === 'PROMISE') promises++;
  },
}).enable();

/** Of the third of the same requests: what is made once is made by then. */
async function promisesOf(run: () => Promise<unknown>): Promise<number> {
  await run();
  await run();
  const before = promises;
  await run();
  return promises - before;
}

const adapter: AxiosRequestConfig['adapter'] = async (config) => ({
  data: '{"ok":true}',
  status: 200,
  statusText: 'OK',
  headers: { 'content-type': 'application/json' },
  config,
  request: {},
});

// In place of Node's http, below axios's default adapter, which is known by its name.
const transport = {
  request(_options: unknown, answered: (response: Readable) => void): EventEmitter {
    const nothing = (): void => undefined;
    const end = (): void => {
      const response = Readable.from(['{"ok":true}'], { objectMode: false });
      answered(Object.assign(response, { statusCode: 200, statusMessage: 'OK', headers: {} }));
    };
    return Object.assign(new EventEmitter(), {
      setTimeout: nothing,
      write: nothing,
      destroy: nothing,
      end,
    });
  },
};

let reads = 0;
/** Its defaults are read at each merge of a config, and nowhere else. */
function create(how: object, attached: boolean): AxiosInstance {
  const instance = axios.create({ baseURL: ORIGIN, proxy: false, ...how });
  Object.defineProperty(instance.defaults, 'maxRate', {
    get: () => void reads++,
    enumerable: true,
  });
  if (attached) attachAuth(instance, tokens);
  return instance;
}

async function more(
  how: object,
  run: (instance: AxiosInstance) => Promise<unknown>,
): Promise<{ promises: number; reads: number }> {
  const counts: { promises: number; reads: number }[] = [];
  for (const attached of [false, true]) {
    const instance = create(how, attached);
    reads = 0;
    const made = await promisesOf(() => run(instance));
    counts.push({ promises: made, reads });
  }
  const [bare, ours] = counts as [{ promises: number; reads: number }, (typeof counts)[0]];
  return { promises: ours.promises - bare.promises, reads: ours.reads - bare.reads };
}

const get = (instance: AxiosInstance): Promise<unknown> => instance.get('/items/1');
const post = (instance: AxiosInstance): Promise<unknown> => instance.post('/items', { a: 1 });

const stub = async (): Promise<Response> => new Response('{"ok":true}');
globalThis.fetch = stub; // the platform's own: what somebody passes has its redirects followed here
const authFetch = createAuthFetch(tokens, { origins: [ORIGIN] });
const fetchMore = async (init?: RequestInit): Promise<number> =>
  (await promisesOf(() => authFetch(`${ORIGIN}/items`, init))) - (await promisesOf(stub));

process.stdout.write(
  JSON.stringify({
    'axios, an adapter, GET': await more({ adapter }, get),
    'axios, an adapter, POST': await more({ adapter }, post),
    'axios, its default adapter, GET': await more({ transport }, get),
    'axios, its default adapter, POST': await more({ transport }, post),
    'fetch, GET': await fetchMore(),
    'fetch, POST': await fetchMore({ method: 'POST', body: '{"a":1}' }),
  }),
);
