import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import axios, { type AxiosError, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';
import axiosRetry from 'axios-retry';
import { TokenError, tokenErrorOf, type TokenSource } from 'unexpired';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

/** Starts with a token that the API refuses, and has a good one in its place. */
const source = (over: Partial<TokenSource> = {}): TokenSource & { replaced: number } => {
  let current = 'old';
  const self = {
    replaced: 0,
    getToken: async () => ({ accessToken: current }),
    async replaceRejected() {
      self.replaced++;
      current = 'good';
      return { accessToken: current };
    },
    ...over,
  };
  return self;
};
const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);
const caught = (promise: Promise<unknown>): Promise<AxiosError> =>
  promise.then(
    () => Promise.reject(new Error('resolved')),
    (error: AxiosError) => error,
  );

const VERSIONS: [string, typeof axios][] = [
  ['1.21', axios],
  ['1.7', axios17 as unknown as typeof axios],
];
/** Makes instances with a `baseURL`, to which `tokens` are attached. */
const attaching =
  (client: typeof axios) =>
  (config: AxiosRequestConfig = {}, tokens: TokenSource = source()): AxiosInstance => {
    const instance = client.create({ baseURL: api.origin, ...config });
    attachAuth(instance, tokens, { origins: [api.origin] });
    return instance;
  };

describe.each(VERSIONS)(
  'a request of axios %s applies once, also when it is replayed',
  (_version, client) => {
    const attached = attaching(client);

    it('transformRequest and transformResponse', async () => {
      const calls: string[] = [];
      const instance = attached({
        transformRequest: [
          (data: unknown) => (calls.push('request'), JSON.stringify({ wrapped: data })),
        ],
        transformResponse: [
          (data: string) => (calls.push('response'), JSON.parse(data) as unknown),
        ],
      });
      const { data } = await instance.post<{ body: string }>('/echo', 'x');
      expect(calls).toEqual(['request', 'response']);
      expect(data.body).toBe('{"wrapped":"x"}');
      expect(api.requests.map(({ body }) => body)).toEqual(['{"wrapped":"x"}', '{"wrapped":"x"}']);
    });

    it('interceptors, on both sides of ours', async () => {
      const calls: string[] = [];
      const instance = client.create({ baseURL: api.origin });
      const log = (name: string): void => {
        instance.interceptors.request.use((config) => (calls.push(`${name} request`), config));
        instance.interceptors.response.use(
          (response) => (calls.push(`${name} ${response.status}`), response),
        );
      };
      log('before');
      attachAuth(instance, source(), { origins: [api.origin] });
      log('after');
      await instance.get('/echo');
      expect(calls).toEqual(['after request', 'before request', 'before 200', 'after 200']);
    });

    it('baseURL and params, whose serializer runs for each send', async () => {
      const instance = attached({ baseURL: `${api.origin}/echo` });
      const { config } = await instance.get('', { params: { q: 'a b' } });
      expect(client.getUri(config as AxiosRequestConfig)).toBe(`${api.origin}/echo?q=a+b`);
      expect(api.requests.map(({ path }) => path)).toEqual(['/echo', '/echo']);
    });

    it('a custom adapter finds a progress listener both times, since that decides how a body is sent, but the caller’s once', async () => {
      const found: unknown[] = [];
      const listener = (): void => undefined;
      const instance = attached({
        async adapter(config) {
          found.push(config.onUploadProgress === listener, typeof config.onUploadProgress);
          return {
            data: '{}',
            status: found.length === 2 ? 401 : 200,
            statusText: '',
            headers: {},
            config,
          };
        },
      });
      const { config } = await instance.post('/echo', 'x', { onUploadProgress: listener });
      expect([found, config.onUploadProgress]).toEqual([
        [true, 'function', false, 'function'],
        listener,
      ]);
    });

    it('a custom adapter is asked twice, with the same body', async () => {
      const bodies: unknown[] = [];
      const tokens = source();
      const instance = attached(
        {
          async adapter(config) {
            bodies.push([config.data, config.headers.get('Authorization')]);
            const status = bodies.length === 1 ? 401 : 200;
            return { data: '{}', status, statusText: '', headers: {}, config };
          },
        },
        tokens,
      );
      await instance.post('/echo', { a: 1 });
      expect(bodies).toEqual([
        ['{"a":1}', 'Bearer old'],
        ['{"a":1}', 'Bearer good'],
      ]);
      expect(tokens.replaced).toBe(1);
    });
  },
);

describe.each(VERSIONS)('what axios %s signs', (_version, client) => {
  const attached = attaching(client);

  it('signs below all interceptors, so that a stale copy of our token cannot win, wherever it comes from', async () => {
    const tokens = source({ issued: (token) => ['old', 'good'].includes(token) });
    const instance = client.create({
      baseURL: api.origin,
      headers: { Authorization: 'Bearer old' },
    });
    instance.interceptors.request.use((config) => {
      config.headers.set('authorization', 'Bearer old');
      return config;
    });
    attachAuth(instance, tokens, { origins: [api.origin] });
    await instance.get('/echo');
    await instance.get('/echo', { headers: { Authorization: 'Bearer old' } });
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good', 'Bearer good']);
  });

  it('takes a header that is a list as axios does', async () => {
    const instance = attached();
    for (const token of ['other', 'old'])
      await caught(
        instance.get('/never', { headers: { Authorization: [`Bearer ${token}`] } as never }),
      );
    expect(authorizations()).toEqual(['Bearer other', 'Bearer old', 'Bearer good']);
  });

  it('leaves basic authentication alone, and Authorization: false', async () => {
    const instance = attached();
    await caught(instance.get('/echo', { auth: { username: 'me', password: 'pw' } }));
    await caught(instance.get('/echo', { headers: { Authorization: false } as never }));
    expect(authorizations()).toEqual([`Basic ${btoa('me:pw')}`, undefined]);
  });

  it('replaces basic authentication when it is told to', async () => {
    const instance = client.create({
      baseURL: api.origin,
      auth: { username: 'me', password: 'pw' },
    });
    attachAuth(instance, source(), { origins: [api.origin], overwriteHeader: true });
    const { config } = await instance.get('/echo');
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good']);
    expect(config.auth).toEqual({ username: 'me', password: 'pw' });
  });

  it('decides by where axios sends it: an absolute url wins over the baseURL', async () => {
    const instance = attached();
    await instance.get(`${api.foreignOrigin}/public`);
    await instance.get(`${api.origin}/public`, { baseURL: api.foreignOrigin });
    await instance.get('public', { baseURL: `${api.foreignOrigin}/` });
    await caught(instance.get('//nowhere.invalid/public'));
    expect(api.requests.map(({ foreign, authorization }) => [foreign, authorization])).toEqual([
      [true, undefined],
      [false, 'Bearer old'],
      [true, undefined],
    ]);
  });

  it('does not sign an absolute url with allowAbsoluteUrls: false, which axios before 1.8 would send to that url', async () => {
    const instance = attached();
    await caught(
      instance.get(`${api.foreignOrigin}/echo`, { allowAbsoluteUrls: false } as AxiosRequestConfig),
    );
    expect(authorizations()).toEqual([undefined]);
  });

  it.each(['http', 'fetch'])(
    'a header taken out by an interceptor stays out, with the %s adapter',
    async (adapter) => {
      const instance = attached({ adapter });
      instance.interceptors.request.use((config) => {
        config.headers.set('Accept', false);
        return config;
      });
      await instance.get('/echo');
      expect(api.requests.map(({ accept }) => accept)).not.toContain(
        'application/json, text/plain, */*',
      );
    },
  );

  it.each<[string, AxiosRequestConfig['adapter']]>([
    ['by name', 'http'],
    ['as a function', client.getAdapter('http')],
  ])(
    'takes the token off a redirect from http to a subdomain, where follow-redirects would leave it, with an adapter given %s',
    async (_how, adapter) => {
      const hops: unknown[] = [];
      const port = new URL(api.origin).port;
      const lookup = (_name: string, _options: object, done: (...found: unknown[]) => void): void =>
        done(null, [{ address: '127.0.0.1', family: 4 }]);
      const instance = client.create({
        adapter,
        lookup: lookup as never,
        proxy: false,
      } as AxiosRequestConfig);
      attachAuth(instance, source({ getToken: async () => ({ accessToken: 'good' }) }), {
        origins: [`http://a.localhost:${port}`],
      });
      const to = encodeURIComponent(`http://b.a.localhost:${port}/public`);
      const beforeRedirect: AxiosRequestConfig['beforeRedirect'] = ({ href }) => hops.push(href);
      const { config } = await instance.get(`http://a.localhost:${port}/redirect?to=${to}`, {
        beforeRedirect,
      });
      expect(authorizations()).toEqual(['Bearer good', undefined]);
      expect([hops, config.beforeRedirect]).toEqual([
        [`http://b.a.localhost:${port}/public`],
        beforeRedirect,
      ]);
    },
  );
});

describe.each(VERSIONS)('what axios %s shows of it', (_version, client) => {
  const attached = attaching(client);

  it('keeps the token out of every config, error and serialized error', async () => {
    const instance = attached({}, source({ replaceRejected: async () => undefined }));
    const error = await caught(instance.get('/echo', { headers: { 'X-Mine': '1' } }));
    expect(authorizations()).toEqual(['Bearer old']);
    expect(JSON.stringify([error, error.config, error.response?.config])).not.toContain('Bearer');
    expect(inspect(error.config, { depth: 9 })).not.toContain('Bearer');
    expect(error.config?.headers.get('X-Mine')).toBe('1');
    const { config } = await instance.get('/public');
    expect(inspect(config, { depth: 9 })).not.toContain('Bearer');
  });

  it('keeps the token out of an error that is logged whole, and leaves it its request', async () => {
    const instance = attached({}, source({ replaceRejected: async () => undefined }));
    for (const config of [{}, { maxContentLength: 1 }]) {
      const error = await caught(instance.get('/echo', config));
      expect(authorizations().pop()).toBe('Bearer old');
      expect(inspect(error, { depth: 9 })).not.toContain('Bearer old');
      expect(error.request).toMatchObject({ path: '/echo' });
      expect(error.response?.request).toBe(error.response && error.request);
    }
  });

  it('does not change the config that the caller passed, nor the instance’s defaults', async () => {
    const instance = attached();
    const config = Object.freeze({
      headers: Object.freeze({ 'X-Mine': '1' }),
      params: Object.freeze({ a: 1 }),
      timeout: 5000,
    });
    const before = JSON.stringify(instance.defaults);
    await instance.get('/echo', config);
    expect(JSON.stringify(instance.defaults)).toBe(before);
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good']);
  });

  it('shows the adapter that was given, not ours', async () => {
    const instance = attached({ adapter: 'http' });
    const { config } = await instance.get('/public');
    expect(config.adapter).toEqual('http');
    expect(config.transformRequest).toEqual(instance.defaults.transformRequest);
    expect(config.transformResponse).toEqual(instance.defaults.transformResponse);
    expect(config.beforeRedirect).toBeUndefined();
  });

  it('lets the client’s own 401 through as an AxiosError, with our error as its cause', async () => {
    const ended = new TokenError('ERR_SESSION_ENDED');
    const error = await caught(
      attached({}, source({ replaceRejected: () => Promise.reject(ended) })).get('/echo'),
    );
    expect([
      client.isAxiosError(error),
      error instanceof client.AxiosError,
      error.response?.status,
      error.code,
    ]).toEqual([true, true, 401, 'ERR_BAD_REQUEST']);
    expect(tokenErrorOf(error)).toBe(ended);
    expect(JSON.stringify(error)).not.toContain('ERR_SESSION_ENDED');
  });

  it('rejects with the TokenError itself, not wrapped, when no token can be had', async () => {
    const down = new TokenError('ERR_REFRESH_UNAVAILABLE');
    const failing = (): Promise<never> => Promise.reject(down);
    for (const over of [{ replaceRejected: failing }, { getToken: failing }]) {
      const error = await caught(attached({}, source(over)).get('/echo'));
      expect([tokenErrorOf(error), error.cause]).toEqual([error, down]);
    }
  });
});

describe.each(VERSIONS)('while a request of axios %s waits for a token', (_version, client) => {
  const attached = attaching(client);

  const hanging = (): TokenSource => source({ getToken: () => new Promise(() => undefined) });

  it('its timeout ends it with axios’s usual error', async () => {
    const error = await caught(attached({}, hanging()).get('/echo', { timeout: 20 }));
    expect([
      error.code,
      error.message,
      error instanceof client.AxiosError,
      error.config?.timeout,
    ]).toEqual(['ECONNABORTED', 'timeout of 20ms exceeded', true, 20]);
    expect(api.requests).toEqual([]);
  });

  it('as the transitional option and timeoutErrorMessage have it', async () => {
    const config = {
      timeout: 20,
      timeoutErrorMessage: 'too slow',
      transitional: { clarifyTimeoutError: true },
    };
    const error = await caught(attached({}, hanging()).get('/echo', config));
    expect([error.code, error.message]).toEqual(['ETIMEDOUT', 'too slow']);
  });

  it('its timeout holds with a 401 in hand', async () => {
    const error = await caught(
      attached({}, source({ replaceRejected: () => new Promise(() => undefined) })).get('/echo', {
        timeout: 200,
      }),
    );
    expect([error.code, error.message]).toEqual(['ECONNABORTED', 'timeout of 200ms exceeded']);
  });

  it('its timeout counts from the start, not from when the token came', async () => {
    const tokens = source({
      getToken: () =>
        new Promise((resolve) => setTimeout(() => resolve({ accessToken: 'good' }), 100)),
    });
    let given: unknown;
    const adapter: AxiosRequestConfig['adapter'] = async (config) => {
      given = config.timeout;
      return { data: '', status: 200, statusText: '', headers: {}, config };
    };
    const { config } = await attached({ adapter }, tokens).get('/echo', { timeout: 10_000 });
    expect(given).toBeLessThan(10_000);
    expect(config.timeout).toBe(10_000);
  });

  it('its signal ends it with axios’s usual CanceledError', async () => {
    const controller = new AbortController();
    const waiting = caught(attached({}, hanging()).get('/echo', { signal: controller.signal }));
    controller.abort();
    const error = await waiting;
    expect([
      error.code,
      error.message,
      client.isCancel(error),
      error instanceof client.CanceledError,
    ]).toEqual(['ERR_CANCELED', 'canceled', true, true]);
    expect(api.requests).toEqual([]);
  });

  it('its cancel token ends it with its own reason', async () => {
    const { token, cancel } = client.CancelToken.source();
    const waiting = caught(attached({}, hanging()).get('/echo', { cancelToken: token }));
    // The request has to be waiting: a token that is cancelled before is axios's business alone.
    await new Promise(setImmediate);
    cancel('enough');
    const error = await waiting;
    expect([error.message, client.isCancel(error)]).toEqual(['enough', true]);
    expect(api.requests).toEqual([]);
  });
});

describe.each(VERSIONS)('what axios %s is left with', (_version, client) => {
  const attached = attaching(client);

  it('leaves no timer and no listener behind', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      const { token } = client.CancelToken.source();
      const subscribed = jest.spyOn(token as unknown as { subscribe(): void }, 'subscribe');
      const unsubscribed = jest.spyOn(token as unknown as { unsubscribe(): void }, 'unsubscribe');
      const statuses = [401, 200];
      const adapter: AxiosRequestConfig['adapter'] = async (config) => ({
        data: '',
        status: statuses.shift() ?? 0,
        statusText: '',
        headers: {},
        config,
      });
      await attached({ adapter }).get('/echo', { timeout: 5000, cancelToken: token });
      expect(jest.getTimerCount()).toBe(0);
      expect([subscribed.mock.calls.length, unsubscribed.mock.calls]).toEqual([
        2,
        subscribed.mock.calls,
      ]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('recognises a config that was cancelled before it was sent, when it is sent again', async () => {
    let asked = 0;
    const tokens = source({ getToken: async () => (asked++, { accessToken: 'good' }) });
    const instance = attached({ adapter: 'http' }, tokens);
    const { config } = await caught(instance.get('/echo', { signal: AbortSignal.abort() }));
    await instance.request({
      ...(config as AxiosRequestConfig),
      signal: new AbortController().signal,
    });
    expect([asked, authorizations()]).toEqual([1, ['Bearer good']]);
  });

  it('passes the caller’s own signal to the source', async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const tokens = source({
      async getToken(options) {
        seen.push(options?.signal);
        return { accessToken: 'good' };
      },
    });
    await attached({}, tokens).get('/echo', { signal });
    expect(seen[0]).toBe(signal);
  });

  it('leaves nothing behind in axios, where each request has an instance of its own', async () => {
    const once = async (): Promise<void> =>
      void (await attached({ adapter: 'fetch' }).get('/echo'));
    await once();
    // axios keeps a map of all functions that it was given in place of fetch.
    const kept = jest.spyOn(Map.prototype, 'set');
    try {
      await once();
      expect(kept.mock.calls.filter(([key]) => typeof key === 'function')).toEqual([]);
    } finally {
      kept.mockRestore();
    }
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good', 'Bearer old', 'Bearer good']);
  });
});

describe.each(VERSIONS)('an answer of axios %s', (_version, client) => {
  const attached = attaching(client);

  it('gives a stream to the caller after a replay, and lets go of the refused one', async () => {
    // With one connection, the replay waits until the refused answer has let go of it.
    const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { data } = await attached({ httpAgent }).get<Readable>('/echo', {
      responseType: 'stream',
    });
    const chunks: Buffer[] = [];
    for await (const chunk of data) chunks.push(chunk as Buffer);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({
      authorization: 'Bearer good',
    });
    httpAgent.destroy();
  });

  it('lets go of a refused stream that does not end', async () => {
    let closed: (value: string) => void = () => undefined;
    const gone = new Promise<string>((resolve) => (closed = resolve));
    const server = createServer((request, response) => {
      if (request.headers.authorization === 'Bearer good') return response.end('good');
      response.writeHead(401).write('refused, and more to come');
      response.on('close', () => closed('closed'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const instance = client.create({ baseURL: origin });
    attachAuth(instance, source(), { origins: [origin] });
    const { data } = await instance.get<Readable>('/', { responseType: 'stream' });
    expect(Buffer.concat(await data.toArray()).toString()).toBe('good');
    expect(await gone).toBe('closed');
    server.close();
  });

  it('does not read a stream for classify', async () => {
    const seen: unknown[] = [];
    const instance = client.create({ baseURL: api.origin });
    const classify = async (response: { json(): Promise<unknown> }): Promise<undefined> => {
      seen.push(await response.json());
    };
    attachAuth(instance, 'good', { origins: [api.origin], classify });
    const { data } = await instance.get<Readable>('/echo', { responseType: 'stream' });
    expect([seen, data.readableDidRead]).toEqual([[undefined], false]);
    data.destroy();
  });

  it.each(['arraybuffer', 'json', 'text'] as const)(
    'reads the body for classify with responseType %s',
    async (responseType) => {
      const seen: unknown[] = [];
      const instance = client.create({ baseURL: api.origin, responseType });
      attachAuth(instance, source(), {
        origins: [api.origin],
        async classify(response) {
          seen.push(response.headers.get('Content-Type'), await response.json());
          return undefined;
        },
      });
      await instance.get('/echo');
      expect(seen.slice(0, 2)).toEqual(['application/json', { error: 'refused' }]);
    },
  );

  describe.each(['http', 'fetch'])('progress, with the %s adapter', (adapter) => {
    const body = 'x'.repeat(2 ** 18);
    const report = async (instance: AxiosInstance): Promise<{ up: number[]; down: number[] }> => {
      const [up, down]: number[][] = [[], []];
      const { config } = await instance.post('/echo', body, {
        onUploadProgress: ({ loaded }) => up?.push(loaded),
        onDownloadProgress: ({ loaded }) => down?.push(loaded),
      });
      expect([typeof config.onUploadProgress, typeof config.onDownloadProgress]).toEqual([
        'function',
        'function',
      ]);
      return { up: up ?? [], down: down ?? [] };
    };

    it('of an upload is reported once, also when it is sent again', async () => {
      const { up } = await report(attached({ adapter }));
      expect(api.requests.map((request) => request.body === body)).toEqual([true, true]);
      expect(up.length).toBeGreaterThan(0);
      // It never goes back, and never stands still.
      expect(up).toEqual([...new Set(up)].toSorted((a, b) => a - b));
    });

    it('of a download is reported', async () => {
      expect((await report(attached({ adapter }))).down.length).toBeGreaterThan(0);
    });
  });
});

describe.each(VERSIONS)('attached to axios %s', (_version, client) => {
  const attached = attaching(client);

  it('twice with the same tokens is once, with the latest options, and one detach', async () => {
    const instance = client.create({ baseURL: api.origin });
    const tokens = source();
    const detach = attachAuth(instance, tokens, { origins: [api.origin] });
    expect(
      attachAuth(instance, tokens, { origins: [api.origin], classify: () => 'accepted' }),
    ).toBe(detach);
    expect((await caught(instance.get('/echo'))).response?.status).toBe(401);
    expect(tokens.replaced).toBe(0);
    attachAuth(instance, tokens, { origins: [api.origin] });
    await instance.get('/echo');
    expect(authorizations()).toEqual(['Bearer old', 'Bearer old', 'Bearer good']);
    detach();
    await instance.get('/public');
    expect(authorizations().at(-1)).toBeUndefined();
  });

  it('for two origins one by one, and then for both, is once: a replay is never replayed', async () => {
    let asked = 0;
    const tokens = source({
      issued: () => true,
      replaceRejected: async () => ({ accessToken: `other-${++asked}` }),
    });
    const instance = client.create({ baseURL: api.origin });
    attachAuth(instance, tokens, { origins: [api.foreignOrigin] });
    attachAuth(instance, tokens, { origins: [api.origin] });
    attachAuth(instance, tokens, { origins: [api.foreignOrigin, api.origin] });
    await caught(instance.get('/never'));
    expect(authorizations()).toEqual(['Bearer old', 'Bearer other-1']);
  });

  it('with other tokens for the same origin is a TypeError, for other origins it is not', async () => {
    const instance = client.create();
    attachAuth(instance, 'one', { origins: [api.origin] });
    expect(() =>
      attachAuth(instance, 'two', { origins: ['https://other.example', api.origin] }),
    ).toThrow(TypeError);
    attachAuth(instance, 'two', { origins: [api.foreignOrigin] });
    await instance.get(`${api.origin}/public`);
    await instance.get(`${api.foreignOrigin}/public`);
    expect(authorizations()).toEqual(['Bearer one', 'Bearer two']);
  });

  it('for two origins with other tokens each: a factory makes its body anew for both', async () => {
    const instance = client.create({ validateStatus: null });
    attachAuth(instance, source(), { origins: [api.foreignOrigin] });
    attachAuth(instance, source(), { origins: [api.origin] });
    for (const origin of [api.foreignOrigin, api.origin])
      await instance.post(`${origin}/echo`, () => Readable.from(['made']));
    expect(
      api.requests.map(({ foreign, authorization, body }) => [foreign, authorization, body]),
    ).toEqual([
      [true, 'Bearer old', 'made'],
      [true, 'Bearer good', 'made'],
      [false, 'Bearer old', 'made'],
      [false, 'Bearer good', 'made'],
    ]);
  });

  it('and detached leaves the instance as it was; detaching twice is harmless', async () => {
    const instance = client.create({ baseURL: api.origin });
    const detach = attachAuth(instance, 'one', { origins: [api.origin] });
    const other = attachAuth(instance, 'two', { origins: [api.foreignOrigin] });
    detach();
    detach();
    await instance.get('/public');
    await instance.get(`${api.foreignOrigin}/public`);
    expect(authorizations()).toEqual([undefined, 'Bearer two']);
    other();
    attachAuth(instance, 'three', { origins: [api.origin] });
    await instance.get('/public');
    expect(authorizations().at(-1)).toBe('Bearer three');
  });

  it('to the axios object itself works', async () => {
    const detach = attachAuth(client, source(), { origins: [api.origin] });
    try {
      expect((await client.get(`${api.origin}/echo`)).status).toBe(200);
      expect((await client(`${api.origin}/echo`)).status).toBe(200);
    } finally {
      detach();
    }
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good', 'Bearer good']);
  });

  it('to several instances, all share one source', async () => {
    const tokens = source();
    const [first, second] = [attached({}, tokens), attached({}, tokens)];
    await first.get('/echo');
    await second.get('/echo');
    expect([tokens.replaced, authorizations()]).toEqual([
      1,
      ['Bearer old', 'Bearer good', 'Bearer good'],
    ]);
  });

  it('to an instance of the oldest axios compiles as it is', async () => {
    const instance = axios17.create({ baseURL: api.origin });
    attachAuth(instance, source(), { origins: [api.origin] });
    expect((await instance.get('/echo', { tokens: 'good' } as object)).status).toBe(200);
  });

  it('to something else is a TypeError', () => {
    expect(() => attachAuth({} as never, 'one', { origins: [api.origin] })).toThrow(
      'instance: expected an axios instance, such as axios.create() gives, got object',
    );
    expect(() => attachAuth(undefined as never, 'one', { origins: [api.origin] })).toThrow(
      /^instance: .*, got undefined$/,
    );
    expect(() => attachAuth(client.create(), 'one')).toThrow(/^origins: expected a list/);
    expect(() => attachAuth(client.create(), '', { origins: [api.origin] })).toThrow(
      /^tokens: expected .* got an empty string/,
    );
  });
});

describe.each(VERSIONS)('axios-retry on axios %s,', (_version, client) => {
  const orders: [string, (instance: AxiosInstance, tokens: TokenSource) => void][] = [
    [
      'before',
      (instance, tokens) => {
        axiosRetry(instance, { retries: 2 });
        attachAuth(instance, tokens, { origins: [api.origin] });
      },
    ],
    [
      'after',
      (instance, tokens) => {
        attachAuth(instance, tokens, { origins: [api.origin] });
        axiosRetry(instance, { retries: 2 });
      },
    ],
  ];

  it.each(orders)(
    'attached %s us: a refused token costs one replay and no retry',
    async (_order, attach) => {
      const instance = client.create({ baseURL: api.origin });
      const tokens = source();
      attach(instance, tokens);
      await instance.get('/echo');
      expect([authorizations(), tokens.replaced]).toEqual([['Bearer old', 'Bearer good'], 1]);
    },
  );

  it.each(orders)(
    'attached %s us: retries carry the token of their moment, and are refused and replayed once each',
    async (_order, attach) => {
      const statuses = [500, 401, 500, 200];
      const seen: unknown[] = [];
      let serial = 0;
      const tokens = source({
        getToken: async () => ({ accessToken: `t${serial}` }),
        replaceRejected: async () => ({ accessToken: `t${++serial}` }),
      });
      const instance = client.create({
        baseURL: api.origin,
        async adapter(config) {
          seen.push(config.headers.get('Authorization'));
          const status = statuses.shift() ?? 200;
          const response = { data: '', status, statusText: '', headers: {}, config };
          if (status < 300) return response;
          throw new client.AxiosError('failed', 'ERR_BAD_RESPONSE', config, undefined, response);
        },
      });
      attach(instance, tokens);
      await instance.get('/echo');
      expect(seen).toEqual(['Bearer t0', 'Bearer t0', 'Bearer t1', 'Bearer t1']);
    },
  );

  it.each(orders)('attached %s us: our errors are not retried', async (_order, attach) => {
    let asked = 0;
    const tokens = source({
      getToken() {
        asked++;
        return Promise.reject(new TokenError('ERR_REFRESH_UNAVAILABLE'));
      },
    });
    const instance = client.create({ baseURL: api.origin });
    attach(instance, tokens);
    await caught(instance.get('/echo'));
    expect(asked).toBe(1);
  });
});
