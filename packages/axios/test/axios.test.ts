import type { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import { TokenError, tokenErrorOf } from 'unexpired';
import { attachingTo, caught, source, VERSIONS } from './support/attached.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;

beforeAll(async () => {
  api = await startContractApi();
});

afterAll(() => api.close());

beforeEach(() => api.reset('good'));

const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);

const attaching = attachingTo(() => api.origin);

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
