import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import axios, { type AxiosError, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';
import axiosRetry from 'axios-retry';
import FormDataPackage from 'form-data';
import { startSlowRefusals } from '../../../test/support/slow-refusals.ts';
import { createTokenManager, tokenErrorOf, type TokenManager } from 'unexpired';

// What other libraries get wrong with axios; the numbers are those of the list of edge cases, as in the core's tests.
let api: Awaited<ReturnType<typeof startContractApi>>;

beforeAll(async () => {
  api = await startContractApi();
});

afterAll(() => api.close());

beforeEach(() => api.reset('good'));

type Static = typeof axios;

const versions: [string, Static][] = [axios, axios17 as unknown as Static].map((from) => [
  from.VERSION,
  from,
]);

/** A session whose token the API refuses, and that gets a good one. */
const session = (
  refresh: () => Promise<unknown> = async () => undefined,
  expiresAt?: number,
): TokenManager & { refreshes: number } => {
  const tokens = createTokenManager({
    tokens: {
      accessToken: 'old',
      refreshToken: 'r',
      expiresAt: expiresAt ?? Date.now() + 3_600_000,
    },
    async refresh() {
      counting.refreshes++;
      await refresh();
      return { accessToken: 'good' };
    },
  });
  const counting = Object.assign(tokens, { refreshes: 0 });
  return counting;
};

const caught = (promise: Promise<unknown>): Promise<AxiosError> =>
  promise.then(
    () => Promise.reject(new Error('resolved')),
    (error: AxiosError) => error,
  );

const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);

const bodies = (): unknown[] => api.requests.map(({ body }) => body);

/** An instance of this client with a session attached. */
const attachedTo =
  (client: Static) =>
  (tokens: TokenManager, config: AxiosRequestConfig = {}): AxiosInstance => {
    const instance = client.create({ baseURL: api.origin, ...config });
    attachAuth(instance, tokens, { origins: [api.origin] });
    return instance;
  };

describe.each(versions)('axios %s: a request', (_version, client) => {
  const attached = attachedTo(client);

  it.each<[string, AxiosRequestConfig, (abort: () => void) => void, string]>([
    ['timeout', { timeout: 50 }, () => undefined, 'ECONNABORTED'],
    ['abort', {}, (abort) => abort(), 'ERR_CANCELED'],
  ])(
    '17: a queued request’s %s is prompt, and the refresh goes on',
    async (_, config, leave, code) => {
      let finish = (): void => undefined;
      const finished = new Promise<void>((resolve) => (finish = resolve));
      const tokens = session(() => finished, 0);
      const instance = attached(tokens);
      const staying = instance.get('/echo');
      const controller = new AbortController();
      const leaving = caught(instance.get('/echo', { signal: controller.signal, ...config }));
      // Both have to be waiting: a request that is aborted before is axios's business alone.
      await new Promise(setImmediate);
      leave(() => controller.abort());
      // It settles although the refresh has not: nothing but its own end can have settled it.
      expect((await leaving).code).toBe(code);
      finish();
      expect([(await staying).status, tokens.refreshes, api.requests.length]).toEqual([200, 1, 1]);
    },
  );

  it('18: a stream upload and a 401: sent once and whole, the token renewed, and the caller gets the 401', async () => {
    const tokens = session();
    const instance = attached(tokens);
    const error = await caught(instance.post('/echo', Readable.from(['upload'])));
    expect([error.response?.status, bodies(), tokens.refreshes]).toEqual([401, ['upload'], 1]);
    expect((await instance.get('/echo')).status).toBe(200);
  });

  it('18: a stream upload and a 401: replayed whole, where a factory makes the stream', async () => {
    const made = jest.fn(() => Readable.from(['{"up":"load"}']));
    const instance = attached(session());
    const { config } = await instance.post('/echo', made, {
      headers: { 'content-type': 'application/json' },
    });
    expect([bodies(), made.mock.calls.length, config.data]).toEqual([
      ['{"up":"load"}', '{"up":"load"}'],
      2,
      made,
    ]);
  });

  it('18: a factory that throws rejects the request with its error', async () => {
    const broken = new Error('no such file');
    const factory = (): never => {
      throw broken;
    };
    expect(await caught(attached(session()).post('/echo', factory))).toBe(broken);
    expect(api.requests).toEqual([]);
  });

  it('19: the form-data package does not hang: sent once and whole, and the caller gets the 401', async () => {
    const form = new FormDataPackage();
    form.append('file', 'content');
    const tokens = session();
    const error = await caught(
      attached(tokens).post('/echo', form, { headers: form.getHeaders() }),
    );
    expect([error.response?.status, api.requests.length, tokens.refreshes]).toEqual([401, 1, 1]);
    expect(bodies()[0]).toContain('content');
  });

  it('20: transformRequest, interceptors, baseURL and params apply once', async () => {
    let transforms = 0;
    let intercepted = 0;
    const instance = attached(session(), {
      baseURL: `${api.origin}/echo`,
      transformRequest: [(data: unknown) => (transforms++, JSON.stringify({ data }))],
    });
    instance.interceptors.request.use(
      (config) => (intercepted++, { ...config, data: `${config.data}!` }),
    );
    await instance.post('', 'a', { params: { q: 1 } });
    expect([transforms, intercepted, api.requests.map(({ path }) => path)]).toEqual([
      1,
      1,
      ['/echo', '/echo'],
    ]);
    expect(bodies()).toEqual(['{"data":"a!"}', '{"data":"a!"}']);
  });
});

describe.each(versions)('axios %s: a token', (_version, client) => {
  const attached = attachedTo(client);

  it.each<[string, AxiosRequestConfig, AxiosRequestConfig]>([
    ['defaults.headers', { headers: { Authorization: 'Bearer old' } }, {}],
    ['the request', {}, { headers: { authorization: 'Bearer old' } }],
  ])(
    '21: the replay carries the new header, where the old one came from %s',
    async (_, defaults, config) => {
      const tokens = session();
      await tokens.getToken(); // what is in the store is known from now on
      await attached(tokens, defaults).get('/echo', config);
      expect(authorizations()).toEqual(['Bearer old', 'Bearer good']);
    },
  );

  it('26: a token goes to no other origin, along no redirect there, and a 401 from there causes no refresh', async () => {
    const tokens = session();
    const instance = attached(tokens, { adapter: 'http' });
    await caught(instance.get(`${api.foreignOrigin}/never`));
    await caught(instance.get('/redirect', { params: { to: `${api.foreignOrigin}/never` } }));
    const foreign = api.requests.filter((request) => request.foreign);
    expect([foreign.map(({ authorization }) => authorization), tokens.refreshes]).toEqual([
      [undefined, undefined],
      0,
    ]);
  });

  it('27: two users of one process share nothing', async () => {
    const [mine, yours] = [attached(session()), attached(session())];
    const other = createTokenManager({
      tokens: { accessToken: 'other', refreshToken: 'r' },
      refresh: async () => ({}) as never,
    });
    const theirs = attached(other);
    await Promise.all([mine.get('/echo'), theirs.get('/public'), yours.get('/echo')]);
    expect(authorizations().map(String).toSorted()).toEqual([
      'Bearer good',
      'Bearer good',
      'Bearer old',
      'Bearer old',
      'Bearer other',
    ]);
  });

  it('33: a 401 that validateStatus lets resolve is noticed', async () => {
    const tokens = session();
    const { status } = await attached(tokens, { validateStatus: () => true }).get('/echo');
    expect([status, tokens.refreshes, authorizations()]).toEqual([
      200,
      1,
      ['Bearer old', 'Bearer good'],
    ]);
  });

  it('33: such a 401 carries our error, where no token can be had for it', async () => {
    const tokens = session(() => Promise.reject(Object.assign(new Error('over'), { status: 401 })));
    const response = await attached(tokens, { validateStatus: () => true }).get('/echo');
    expect([response.status, tokenErrorOf(response)?.code]).toEqual([401, 'ERR_SESSION_ENDED']);
  });
});

describe.each(versions)('axios %s: an instance', (_version, client) => {
  it('28: attached twice, by a reloaded copy of this package too, is attached once; detach restores', async () => {
    const instance = client.create({ baseURL: api.origin });
    const tokens = session();
    attachAuth(instance, tokens, { origins: [api.origin] });
    jest.resetModules();
    const reloaded = await import('@unexpired/axios');
    expect(reloaded.attachAuth).not.toBe(attachAuth);
    const detach = reloaded.attachAuth(instance, tokens, { origins: [api.origin] });
    await instance.get('/echo');
    expect([authorizations(), tokens.refreshes]).toEqual([['Bearer old', 'Bearer good'], 1]);
    detach();
    await instance.get('/public');
    expect(authorizations().at(-1)).toBeUndefined();
  });

  describe.each<[string, (instance: AxiosInstance, attach: () => void) => void]>([
    ['before', (instance, attach) => (axiosRetry(instance, { retries: 3 }), attach())],
    ['after', (instance, attach) => (attach(), axiosRetry(instance, { retries: 3 }))],
  ])('29: axios-retry attached %s:', (_, inOrder) => {
    // The table of the README. The API first answers with these statuses, then accepts `good` and no other token.
    it.each<[string, number[], number, number, number]>([
      ['a refused token', [], 2, 1, 200],
      ['503, then a refused token', [503], 3, 1, 200],
      ['a refused token, then 503', [401, 503], 3, 1, 200],
      ['503 twice, with a refused token between', [503, 401, 503], 4, 1, 200],
      ['503 for ever', [503, 503, 503, 503, 503, 503], 4, 0, 503],
      ['401 for ever', [401, 401, 401, 401, 401, 401], 2, 1, 401],
    ])('%s', async (_case, statuses, calls, refreshes, status) => {
      const tokens = session();
      const firstRefusal = statuses.includes(401) ? statuses.indexOf(401) : statuses.length;
      const sent: unknown[] = [];
      const server = createServer(({ headers }, response) => {
        sent.push(headers.authorization);
        response
          .writeHead(
            statuses[sent.length - 1] ?? (headers.authorization === 'Bearer good' ? 200 : 401),
          )
          .end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const instance = client.create({ baseURL: origin });
      inOrder(instance, () => attachAuth(instance, tokens, { origins: [origin] }));
      const answer = await instance.get('/').catch((error: AxiosError) => error.response);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      expect([sent.length, tokens.refreshes, answer?.status]).toEqual([calls, refreshes, status]);
      // Each call carries the token of its moment: the old one up to the refresh, the new one from then on.
      const old = refreshes === 0 ? calls : firstRefusal + 1;
      expect(sent).toEqual(
        [...sent.keys()].map((index) => (index < old ? 'Bearer old' : 'Bearer good')),
      );
    });
  });

  it('30: 18 requests, each refused and sent again, take a few connections, not one for each refusal', async () => {
    const slow = await startSlowRefusals();
    const instance = client.create({ baseURL: slow.origin });
    attachAuth(instance, ({ rejected }) => (rejected ? 'good' : 'old'), { origins: [slow.origin] });
    for (let times = 0; times < 18; times++) await instance.get('/');
    await slow.close();
    expect([slow.requests, slow.connections <= 4]).toEqual([36, true]);
  });
});

it.each(['axios', 'axios-1.7'])(
  '37: the CommonJS build of %s, another object than the ESM one, is served alike',
  async (name) => {
    const commonjs = createRequire(import.meta.url)(name) as Static;
    expect(commonjs).not.toBe(axios);
    const instance = commonjs.create({ baseURL: api.origin });
    const tokens = session();
    attachAuth(instance, tokens, { origins: [api.origin] });
    expect((await instance.get('/echo')).status).toBe(200);
    const error = await caught(instance.get('/never'));
    expect([error instanceof commonjs.AxiosError, error.response?.status]).toEqual([true, 401]);
  },
);
