import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { kyAuth } from '@unexpired/fetch/ky';
import { startContractApi } from '@unexpired/testing/node';
import ky, { type KyInstance, type Options } from 'ky';
import ky114 from 'ky-1.14';
import { TokenError, tokenErrorOf, type TokenSource } from 'unexpired';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

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
const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => Promise.reject(new Error('resolved')),
    (error: unknown) => error,
  );

describe.each<[string, KyInstance]>([
  ['2.1', ky],
  ['1.14', ky114 as unknown as KyInstance],
])('ky %s', (_version, client) => {
  const attached = (tokens: TokenSource = source(), options: Options = {}): KyInstance =>
    client.create(options).extend(kyAuth(tokens, { origins: [api.origin] }));

  it('runs the hooks once for a request that is replayed', async () => {
    const calls: string[] = [];
    const instance = attached(source(), {
      hooks: {
        beforeRequest: [() => void calls.push('before')],
        afterResponse: [() => void calls.push('after')],
      },
    });
    await instance.get(`${api.origin}/echo`);
    expect(calls).toEqual(['before', 'after']);
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good']);
  });

  it('uses the fetch that the instance has already', async () => {
    const urls: string[] = [];
    const fetch = async (input: Request, init: RequestInit): Promise<Response> => (
      urls.push(input.url), globalThis.fetch(input, init)
    );
    await attached(source(), { fetch: fetch as typeof globalThis.fetch }).get(`${api.origin}/echo`);
    expect(urls).toEqual([`${api.origin}/echo`, `${api.origin}/echo`]);
  });

  it('replays the body in ky’s own retries, too, and those carry the token of their moment', async () => {
    // More than would be kept of a body of unknown kind.
    const large = 'x'.repeat(2 ** 21);
    const statuses = [500, 401, 200];
    const seen: unknown[] = [];
    const fetch = async (input: Request, init: RequestInit): Promise<Response> => {
      const request = new Request(input, init);
      seen.push([request.headers.get('authorization'), (await request.text()).length]);
      return new Response('{}', { status: statuses.shift() ?? 200 });
    };
    const instance = attached(source(), {
      fetch: fetch as typeof globalThis.fetch,
      retry: { limit: 2, methods: ['put'], delay: () => 0 },
    });
    await instance.put(`${api.origin}/echo`, { body: large });
    expect(seen).toEqual([
      ['Bearer old', large.length],
      ['Bearer old', large.length],
      ['Bearer good', large.length],
    ]);
  });

  it('replays a body that ky reports progress of, and that of a Request', async () => {
    const upload = await attached()
      .post(`${api.origin}/echo`, { body: 'upload', onUploadProgress: () => undefined })
      .json();
    expect(upload).toMatchObject({ body: 'upload', authorization: 'Bearer good' });
    api.reset('good');
    const request = await attached()(
      new Request(`${api.origin}/echo`, { method: 'POST', body: 'request' }),
    ).json();
    expect(request).toMatchObject({ body: 'request', authorization: 'Bearer good' });
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good']);
  });

  it('throws its own HTTPError for a 401, with our error as the cause', async () => {
    const ended = new TokenError('ERR_SESSION_ENDED');
    const error = (await caught(
      attached(source({ replaceRejected: () => Promise.reject(ended) })).get(`${api.origin}/echo`),
    )) as Error;
    expect([error.name, tokenErrorOf(error), Object.keys(error).includes('cause')]).toEqual([
      'HTTPError',
      ended,
      false,
    ]);
  });

  it('does not retry when no token can be had, and keeps the caller’s own say otherwise', async () => {
    const down = new TokenError('ERR_REFRESH_UNAVAILABLE');
    let asked = 0;
    const asking = source({ getToken: () => (asked++, Promise.reject(down)) });
    const error = { name: 'TokenError', code: 'ERR_REFRESH_UNAVAILABLE', cause: down };
    const ask = (options: Options = {}, own: Options = {}): Promise<unknown> =>
      caught(attached(asking, options).get(`${api.origin}/echo`, own));
    expect(await ask()).toMatchObject(error);
    expect(await ask({ retry: 5 })).toMatchObject(error);
    // For one request, or from then on: ky 1 would have tried it again for each of these.
    const retry = { limit: 2, shouldRetry: () => true, delay: () => 0 };
    expect(await ask({}, { retry })).toMatchObject(error);
    expect(
      await caught(attached(asking).extend({ retry: 1 }).get(`${api.origin}/echo`)),
    ).toMatchObject(error);
    expect(asked).toBe(4);

    const states: unknown[] = [];
    const shouldRetry = ({ retryCount }: { retryCount: number }): boolean => (
      states.push(retryCount), retryCount < 2
    );
    const instance = attached(source(), { retry: { limit: 3, shouldRetry, delay: () => 0 } });
    await caught(instance.get(`${api.origin}/never`));
    expect(states).toEqual([1, 2]);
  });

  it('keeps a retry limit that was a number', async () => {
    let asked = 0;
    const fetch = async (): Promise<Response> => (asked++, new Response('', { status: 500 }));
    await caught(attached(source(), { fetch, retry: 0 }).get(`${api.origin}/echo`));
    expect(asked).toBe(1);
  });

  it('times out while a request waits, with its own TimeoutError', async () => {
    const error = (await caught(
      attached(source({ getToken: () => new Promise(() => undefined) }), {
        timeout: 20,
        retry: 0,
      }).get(`${api.origin}/echo`),
    )) as Error;
    expect(error.name).toBe('TimeoutError');
    expect(api.requests).toEqual([]);
  });

  it('ends a waiting request with its TimeoutError when the totalTimeout is over, where ky has one', async () => {
    if (client === ky) {
      const waiting = attached(source({ getToken: () => new Promise(() => undefined) }), {
        timeout: false,
        totalTimeout: 20,
      });
      expect(((await caught(waiting.get(`${api.origin}/echo`))) as Error).name).toBe(
        'TimeoutError',
      );
      expect(api.requests).toEqual([]);
    }
    // ky 1 does not know it, and passes it on to fetch, which does not mind.
    expect(
      (await attached(source(), { totalTimeout: 5000 }).get(`${api.origin}/echo`)).status,
    ).toBe(200);
  });

  it('can be told not to, or to take another source, for one request', async () => {
    const instance = attached();
    await caught(instance.get(`${api.origin}/echo`, { tokens: false }));
    await instance.get(`${api.origin}/echo`, { tokens: 'good' });
    expect(authorizations()).toEqual([undefined, 'Bearer good']);
  });

  it('can be extended further', async () => {
    await attached()
      .extend({ headers: { 'x-mine': '1' }, timeout: 5000 })
      .get(`${api.origin}/echo`);
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good']);
  });

  it('refuses wrong options when they are given', () => {
    expect(() => kyAuth('token', { origins: ['not an origin'] })).toThrow(/^origins\[0\]/);
    expect(() => ky.extend(kyAuth('token'))).toThrow(/^origins: expected a list/);
    expect(() => kyAuth('token', { classify: true as never })).toThrow(/^classify: /);
    expect(() => kyAuth('', { origins: ['https://api.example.com'] })).toThrow(
      /^tokens: expected .*, got an empty string$/,
    );
  });
});
