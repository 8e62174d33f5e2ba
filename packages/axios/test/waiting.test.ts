import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import axios, {
  type AxiosAdapter,
  type AxiosError,
  type AxiosInstance,
  type AxiosRequestConfig,
  type InternalAxiosRequestConfig,
} from 'axios';
import axios17 from 'axios-1.7';
import FormDataPackage from 'form-data';
import { createTokenManager, type TokenManager } from 'unexpired';

// What can change or break between a call and its request, where that is axios's own matter; the rest is in the contract.
let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

const caught = (promise: Promise<unknown>): Promise<AxiosError> =>
  promise.then(
    () => Promise.reject(new Error('resolved')),
    (error: AxiosError) => error,
  );

interface Gated {
  readonly tokens: TokenManager;
  /** Resolves when the refresh has begun. */
  readonly refreshing: Promise<void>;
  /** Lets the refresh end. */
  finish(): void;
}

/** A session whose token has expired, and whose refresh waits for the test. */
function gated(): Gated {
  let finish = (): void => undefined;
  const gate = new Promise<void>((resolve) => (finish = resolve));
  let begin = (): void => undefined;
  const refreshing = new Promise<void>((resolve) => (begin = resolve));
  const tokens = createTokenManager({
    tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
    async refresh() {
      begin();
      await gate;
      return { accessToken: 'good' };
    },
  });
  return { tokens, refreshing, finish: () => finish() };
}

/** A session whose token is refused; `during` runs during its refresh. */
const refused = (during: () => unknown): TokenManager =>
  createTokenManager({
    tokens: {
      accessToken: 'old',
      refreshToken: 'r',
      expiresAt: Date.now() + 3_600_000,
    },
    async refresh() {
      await during();
      return { accessToken: 'good' };
    },
  });

/** Can be changed, as a date of moment can. */
class Day {
  n = 1;
  toString(): string {
    return `day ${this.n}`;
  }
  toJSON(): string {
    return `day ${this.n}`;
  }
}

const VERSIONS: [string, typeof axios][] = [
  [axios.VERSION, axios],
  [axios17.VERSION, axios17 as unknown as typeof axios],
];
const attaching =
  (client: typeof axios) =>
  (tokens: TokenManager, config: AxiosRequestConfig = {}): AxiosInstance => {
    const instance = client.create({ baseURL: api.origin, ...config });
    attachAuth(instance, tokens, { origins: [api.origin] });
    return instance;
  };

describe.each(VERSIONS)('what axios %s sends was there at the call', (_version, client) => {
  const attached = attaching(client);

  /** The queries that arrive: the API's answer does not say them, an adapter of the test does. */
  const recording = (seen: unknown[]): AxiosAdapter =>
    async function adapter(config) {
      seen.push(client.getUri(config as AxiosRequestConfig));
      const status = config.headers.get('Authorization') === 'Bearer good' ? 200 : 401;
      return { data: '', status, statusText: '', headers: {}, config };
    };
  const query = (seen: unknown[]): string[] => seen.map((url) => new URL(String(url)).search);

  it.each<[string, () => { params: object; change: () => void }]>([
    [
      'an object',
      () => {
        const params = { a: 1, in: { b: 1 } };
        return { params, change: () => Object.assign(params.in, { b: 2 }, (params.a = 2)) };
      },
    ],
    [
      'URLSearchParams',
      () => {
        const params = new URLSearchParams({ a: '1' });
        return { params, change: () => params.set('a', '2') };
      },
    ],
    [
      'of a class',
      () => {
        class Filter {
          a = 1;
          readonly in = new (class {
            b = 1;
          })();
        }
        const params = new Filter();
        return { params, change: () => Object.assign(params.in, { b: 2 }, (params.a = 2)) };
      },
    ],
    [
      'objects with a text of their own, as those of moment',
      () => {
        const day = new Day();
        const params = { day, days: [day], in: { day } };
        return { params, change: () => Object.assign(day, { n: 2 }) };
      },
    ],
    [
      'made JSON of, by objects of their own',
      () => {
        const day = new Day();
        return {
          params: { 'day{}': day, 'in{}': { day } },
          change: () => Object.assign(day, { n: 2 }),
        };
      },
    ],
    [
      'objects in a list',
      () => {
        const params = { list: [{ a: 1 }], at: new Date(0) };
        return {
          params,
          change: () => (Object.assign(params.list[0] as object, { a: 2 }), params.at.setTime(9)),
        };
      },
    ],
  ])('params that are %s', async (_kind, make) => {
    const expected = client.getUri({ baseURL: api.origin, url: '/echo', ...make() });
    for (const session of [gated(), undefined]) {
      const seen: unknown[] = [];
      const { params, change } = make();
      const tokens = session?.tokens ?? refused(change);
      await (session ?? tokens.getToken()); // a token that is known costs no wait
      const instance = attached(tokens, { adapter: recording(seen), validateStatus: null });
      if (!session)
        await instance.get('/echo', {
          adapter: async (config) => ({
            data: '',
            status: 200,
            statusText: '',
            headers: {},
            config,
          }),
        });
      const sending = instance.get('/echo', { params });
      if (session) {
        await session.refreshing;
        change();
        session.finish();
      }
      const { config } = await sending;
      const { search } = new URL(expected);
      expect(query(seen)).toEqual(session ? [search] : [search, search]);
      if (params instanceof URLSearchParams) expect(config.params).toBe(params);
    }
  });

  it('whatever an interceptor does with the config that it has kept', async () => {
    const session = gated();
    let kept: InternalAxiosRequestConfig | undefined;
    const instance = client.create({ baseURL: api.origin });
    instance.interceptors.request.use((config) => (kept = config));
    attachAuth(instance, session.tokens, { origins: [api.origin] });
    const sending = instance.post('/echo', 'was there', { headers: { accept: 'a/b' } });
    await session.refreshing;
    Object.assign(kept as object, { url: `${api.foreignOrigin}/echo`, data: 'z', method: 'put' });
    kept?.headers.set('accept', 'z/z');
    session.finish();
    await sending;
    expect(
      api.requests.map(({ foreign, method, body, accept }) => [foreign, method, body, accept]),
    ).toEqual([[false, 'POST', 'was there', 'a/b']]);
  });

  it('and the caller finds its own URL, params and body in the config', async () => {
    const session = gated();
    session.finish();
    const url = new URL(`${api.origin}/echo`);
    const data = new FormData();
    const params = new URLSearchParams({ a: '1' });
    const { config } = await attached(session.tokens).request({
      method: 'post',
      url: url as unknown as string,
      data,
      params,
    });
    expect([
      config.url === (url as unknown),
      config.data === data,
      config.params === params,
    ]).toEqual([true, true, true]);
  });

  it('a body of more than 1 MiB, which is copied for the wait', async () => {
    const session = gated();
    const bytes = Buffer.alloc(2 ** 20 + 1, 'a');
    const sending = attached(session.tokens).post('/echo', bytes);
    await session.refreshing;
    bytes.fill('z');
    session.finish();
    await sending;
    expect(api.requests.map(({ body }) => [body.length, new Set(body).size, body[0]])).toEqual([
      [2 ** 20 + 1, 1, 'a'],
    ]);
  });

  it('a Content-Length that axios set for the first body of a factory is not that of the second', async () => {
    const bodies = ['one', 'a longer one'];
    const { data } = await attached(refused(() => undefined)).post<{ body: string }>('/echo', () =>
      Buffer.from(bodies.shift() ?? ''),
    );
    expect(data.body).toBe('a longer one');
  });
});

describe.each(VERSIONS)(
  'a stream that breaks while its request of axios %s waits rejects as it does where nothing waits:',
  (_version, client) => {
    const attached = attaching(client);

    it.each(
      ['a stream', 'a form-data'].flatMap((kind) =>
        [undefined, new Error('broken'), Object.assign(new Error('gone'), { code: 'EIO' })].map(
          (error) => [kind, error] as const,
        ),
      ),
    )('%s, %s', async (kind, error) => {
      const make = (): [PassThrough, object] => {
        const part = new PassThrough();
        part.write('x');
        if (kind === 'a stream') return [part, part];
        const form = new FormDataPackage();
        form.append('part', part, { filename: 'a' });
        return [part, form];
      };
      const facts = (found: AxiosError): unknown => [
        found.constructor.name,
        found.name,
        found.code,
        found.message,
        client.isCancel(found),
        client.isAxiosError(found),
        found.config?.url,
      ];
      const [part, body] = make();
      const bare = caught(
        client.create({ baseURL: api.origin, maxRedirects: 0 }).post('/echo', body),
      );
      await new Promise((resolve) => setTimeout(resolve, 30)); // its request is under way
      part.destroy(error);
      // axios hangs when a part of a form ends early: there is nothing to be like.
      const expected = kind === 'a form-data' && !error ? undefined : facts(await bare);

      const session = gated();
      const [part2, body2] = make();
      const waiting = caught(attached(session.tokens).post('/echo', body2));
      await session.refreshing;
      part2.destroy(error);
      const found = facts(await waiting);
      if (expected) expect(found).toEqual(expected);
      expect(found).toContain('/echo');
      session.finish();
    });

    it.each([new Error('broken'), undefined])(
      'a Node stream, with the fetch adapter, %s',
      async (error) => {
        const facts = (found: AxiosError): unknown => [
          found.name,
          found.code,
          found.message,
          (found.cause as AxiosError).message,
          (found.cause as AxiosError).code,
        ];
        const [part, part2] = [new PassThrough(), new PassThrough()];
        for (const each of [part, part2]) each.write('x');
        const adapter = 'fetch';
        const bare = caught(client.create({ baseURL: api.origin, adapter }).post('/echo', part));
        await new Promise((resolve) => setTimeout(resolve, 30)); // its request is under way
        part.destroy(error);
        const expected = facts(await bare);
        const session = gated();
        const waiting = caught(attached(session.tokens, { adapter }).post('/echo', part2));
        await session.refreshing;
        part2.destroy(error);
        expect(facts(await waiting)).toEqual(expected);
        session.finish();
      },
    );

    it('a web stream, with the fetch adapter', async () => {
      const make = (): [ReadableStream, (error: Error) => void] => {
        let controller!: ReadableStreamDefaultController;
        const stream = new ReadableStream({ start: (given) => void (controller = given) });
        return [stream, (error) => controller.error(error)];
      };
      const cause = new Error('broken');
      const facts = (found: AxiosError): unknown => [
        found.name,
        found.code,
        found.message,
        client.isAxiosError(found),
        found.cause === cause,
      ];
      const [stream, fail] = make();
      const bare = caught(
        client.create({ baseURL: api.origin, adapter: 'fetch' }).post('/echo', stream),
      );
      await new Promise((resolve) => setTimeout(resolve, 30)); // its request is under way
      fail(cause);
      const expected = facts(await bare);
      const session = gated();
      const [stream2, fail2] = make();
      const waiting = caught(attached(session.tokens, { adapter: 'fetch' }).post('/echo', stream2));
      await session.refreshing;
      fail2(cause);
      expect(facts(await waiting)).toEqual(expected);
      session.finish();
    });
  },
);

describe.each(VERSIONS)(
  'the refresh that axios %s waits for is bounded by its flight alone:',
  (_version, client) => {
    const attached = attaching(client);

    it.each<[string, () => string, AxiosRequestConfig, AxiosRequestConfig]>([
      ['a timeout of the instance', () => api.origin, { timeout: 40 }, {}],
      ['a timeout of the request', () => api.origin, {}, { timeout: 40 }],
      ['a token endpoint elsewhere', () => api.foreignOrigin, { timeout: 40 }, {}],
      ['tokens: false', () => api.origin, { timeout: 40 }, { tokens: false }],
      ['the fetch adapter', () => api.origin, { timeout: 40, adapter: 'fetch' }, {}],
      [
        'Authorization: false',
        () => api.origin,
        { timeout: 40 },
        { headers: { Authorization: false } },
      ],
      [
        'basic authentication',
        () => api.origin,
        { timeout: 40 },
        { auth: { username: 'a', password: 'b' } },
      ],
    ])('%s does not end it', async (_kind, origin, defaults, config) => {
      const release = api.hold('/public');
      const tokens = createTokenManager({
        tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
        async refresh(_current, { signal }) {
          const { config: found } = await instance.post(
            `${origin()}/public`,
            {},
            { signal, ...config },
          );
          timeouts.push(found.timeout);
          return { accessToken: 'good' };
        },
      });
      const timeouts: unknown[] = [];
      const instance = attached(tokens, defaults);
      const refreshed = tokens.refresh();
      await api.arrived('/public', 1);
      // Longer than the timeout: were it counted, the refresh would have failed by now.
      await new Promise((resolve) => setTimeout(resolve, 80));
      release();
      await refreshed;
      expect([api.requests.length, timeouts]).toEqual([1, [40]]);
    });

    it('a sign-in with tokens: false is not ended by a timeout that is short, and by 60 s at the latest', async () => {
      const given: unknown[] = [];
      const adapter: AxiosAdapter = async (config) => {
        given.push(config.timeout);
        return { data: '', status: 200, statusText: '', headers: {}, config };
      };
      const instance = attached(gated().tokens, { adapter, timeout: 40 });
      const { config } = await instance.post('/auth/login', {}, { tokens: false });
      await instance.post('/auth/login', {}, { tokens: false, timeout: 90_000 });
      await instance.post('/auth/login', {}, { tokens: false, timeout: 0 });
      await instance.get('/public', { tokens: false });
      expect([given, config.timeout]).toEqual([[60_000, 90_000, 0, 40], 40]);
    });

    it('a GET with tokens: false keeps its timeout', async () => {
      const release = api.hold('/public');
      const instance = attached(gated().tokens, { timeout: 40 });
      const error = await caught(instance.get('/public', { tokens: false }));
      expect(error.code).toBe('ECONNABORTED');
      release();
    });
  },
);
