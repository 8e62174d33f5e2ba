import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';
import axiosRetry from 'axios-retry';
import { TokenError, type TokenSource } from 'unexpired';
import { attachingTo, caught, source, VERSIONS } from './support/attached.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;

beforeAll(async () => {
  api = await startContractApi();
});

afterAll(() => api.close());

beforeEach(() => api.reset('good'));

const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);

const attaching = attachingTo(() => api.origin);

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
