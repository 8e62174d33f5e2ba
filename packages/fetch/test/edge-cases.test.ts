import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import { startContractApi } from '@unexpired/testing/node';
import ky, { type KyInstance, type Options } from 'ky';
import ky114 from 'ky-1.14';
import { startSlowRefusals } from '../../../test/support/slow-refusals.ts';
import { createTokenManager, tokenErrorOf, type TokenInput, type TokenManager } from 'unexpired';

// What other libraries get wrong with fetch and ky; the numbers are those of the list of edge cases, as in the core's tests.
let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

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
const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);
const bodies = (): unknown[] => api.requests.map(({ body }) => body);
const stream = (text: string): ReadableStream => new Blob([text]).stream();
const kys: [string, KyInstance][] = [
  ['2', ky],
  ['1.14', ky114 as unknown as KyInstance],
];

type Send = (path: string, options?: Options & { body?: BodyInit }) => Promise<Response>;
const clients: [string, (tokens: TokenInput, origin?: string) => Send][] = [
  [
    'fetch',
    (tokens, origin = api.origin) => {
      const authFetch = createAuthFetch(tokens, { origins: [origin] });
      return (path, options) =>
        authFetch(origin + path, { ...options, duplex: 'half' } as RequestInit);
    },
  ],
  ...kys.map(([version, client]): [string, (tokens: TokenInput, origin?: string) => Send] => [
    `ky ${version}`,
    (tokens, origin = api.origin) => {
      const extended = client
        .create({ throwHttpErrors: false, retry: 0 })
        .extend(kyAuth(tokens, { origins: [origin] }));
      return (path, options) => extended(origin + path, options);
    },
  ]),
];

describe.each(clients)('%s', (_name, attached) => {
  it('17: a queued request’s abort is prompt, with its reason, and the refresh goes on', async () => {
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const tokens = session(() => finished, 0);
    const send = attached(tokens);
    const staying = send('/echo');
    const controller = new AbortController();
    const leaving = send('/echo', { signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    // It settles although the refresh has not: nothing but the abort can have settled it.
    await expect(leaving).rejects.toBe(reason);
    finish();
    expect([(await staying).status, tokens.refreshes, api.requests.length]).toEqual([200, 1, 1]);
  });

  it('18: a stream upload and a 401: sent once and whole, the token renewed, and the caller gets the 401', async () => {
    const tokens = session();
    const send = attached(tokens);
    const { status } = await send('/echo', { method: 'POST', body: stream('upload') });
    expect([status, bodies(), tokens.refreshes]).toEqual([401, ['upload'], 1]);
    expect((await send('/echo')).status).toBe(200);
  });

  it('21: the replay carries the new header, where the request came with the old one', async () => {
    const tokens = session();
    await tokens.getToken(); // what is in the store is known from now on
    await attached(tokens)('/echo', { headers: { Authorization: 'Bearer old' } });
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good']);
  });

  it('26: a token goes to no other origin, along no redirect there, and a 401 from there causes no refresh', async () => {
    const tokens = session();
    const send = attached(tokens);
    await createAuthFetch(tokens, { origins: [api.origin] })(`${api.foreignOrigin}/never`);
    await send(`/redirect?to=${encodeURIComponent(`${api.foreignOrigin}/never`)}`);
    const foreign = api.requests.filter((request) => request.foreign);
    expect([foreign.map(({ authorization }) => authorization), tokens.refreshes]).toEqual([
      [undefined, undefined],
      0,
    ]);
  });

  it('27: two users of one process share nothing', async () => {
    const other = createTokenManager({
      tokens: { accessToken: 'other', refreshToken: 'r' },
      refresh: async () => ({}) as never,
    });
    await Promise.all([
      attached(session())('/echo'),
      attached(other)('/public'),
      attached(session())('/echo'),
    ]);
    expect(authorizations().map(String).toSorted()).toEqual([
      'Bearer good',
      'Bearer good',
      'Bearer old',
      'Bearer old',
      'Bearer other',
    ]);
  });

  it('30: 18 requests, each refused and sent again, take a few connections, not one for each refusal', async () => {
    const slow = await startSlowRefusals();
    const send = attached(({ rejected }) => (rejected ? 'good' : 'old'), slow.origin);
    for (let times = 0; times < 18; times++) await (await send('/')).text();
    await slow.close();
    expect([slow.requests, slow.connections <= 4]).toEqual([36, true]);
  });
});

describe('fetch', () => {
  it('18: a stream upload and a 401: replayed whole, where a factory makes the stream', async () => {
    const body = jest.fn(() => stream('upload'));
    const init = { method: 'POST', body, duplex: 'half' } as const;
    const response = await createAuthFetch(session(), { origins: [api.origin] })(
      `${api.origin}/echo`,
      init,
    );
    expect([response.status, bodies(), body.mock.calls.length, init.body]).toEqual([
      200,
      ['upload', 'upload'],
      2,
      body,
    ]);
  });

  it('18: a factory that throws rejects the request with its error, wherever it goes', async () => {
    const broken = new Error('no such file');
    const body = (): never => {
      throw broken;
    };
    const authFetch = createAuthFetch(session(), { origins: [api.origin] });
    for (const origin of [api.origin, api.foreignOrigin])
      await expect(authFetch(`${origin}/echo`, { method: 'POST', body })).rejects.toBe(broken);
    expect(api.requests).toEqual([]);
  });

  describe('28: attached to the global one', () => {
    const original = globalThis.fetch;
    afterEach(() => void (globalThis.fetch = original));

    it('twice, as after a hot reload, signs and replays once; putting the original back restores it', async () => {
      const tokens = session();
      for (let times = 0; times < 2; times++)
        globalThis.fetch = createAuthFetch(tokens, {
          origins: [api.origin],
          fetch: globalThis.fetch,
        });
      const response = await fetch(`${api.origin}/echo`);
      expect([response.status, authorizations(), tokens.refreshes]).toEqual([
        200,
        ['Bearer old', 'Bearer good'],
        1,
      ]);
      globalThis.fetch = original;
      expect((await fetch(`${api.origin}/echo`)).status).toBe(401);
    });
  });
});

describe.each(kys)('ky %s', (_version, client) => {
  const attached = (tokens: TokenManager, options: Options = {}): KyInstance =>
    client.create(options).extend(kyAuth(tokens, { origins: [api.origin] }));

  it('28: extended twice signs and replays once', async () => {
    const tokens = session();
    const twice = attached(tokens).extend(kyAuth(tokens, { origins: [api.origin] }));
    expect((await twice.post(`${api.origin}/echo`, { json: { a: 1 } })).status).toBe(200);
    expect([authorizations(), bodies(), tokens.refreshes]).toEqual([
      ['Bearer old', 'Bearer good'],
      ['{"a":1}', '{"a":1}'],
      1,
    ]);
  });

  it('33: a 401 that throwHttpErrors: false lets resolve is noticed', async () => {
    const tokens = session();
    const response = await attached(tokens, { throwHttpErrors: false }).get(`${api.origin}/echo`);
    expect([response.status, tokens.refreshes, authorizations()]).toEqual([
      200,
      1,
      ['Bearer old', 'Bearer good'],
    ]);
  });

  it('33: such a 401 carries our error, where no token can be had for it', async () => {
    const tokens = session(() => Promise.reject(Object.assign(new Error('over'), { status: 401 })));
    const response = await attached(tokens, { throwHttpErrors: false }).get(`${api.origin}/echo`);
    expect([response.status, tokenErrorOf(response)?.code]).toEqual([401, 'ERR_SESSION_ENDED']);
  });

  it('38: with retry.limit 0 a refused request is replayed, and hooks run once', async () => {
    const calls: string[] = [];
    const hooks: Options['hooks'] & {} = {
      beforeRequest: [() => void calls.push('request')],
      beforeRetry: [() => void calls.push('retry')],
      afterResponse: [() => void calls.push('response')],
    };
    const response = await attached(session(), { hooks, retry: { limit: 0 } }).post(
      `${api.origin}/echo`,
      { json: [1] },
    );
    expect([response.status, calls, bodies()]).toEqual([
      200,
      ['request', 'response'],
      ['[1]', '[1]'],
    ]);
  });

  it('38: ky’s own retries carry the token of their moment, though beforeRequest ran before the first', async () => {
    const statuses = [503, 503];
    const sent: unknown[] = [];
    const tokens = session();
    const fetch = async (request: Request, init: RequestInit): Promise<Response> => {
      const status = statuses.shift();
      if (status === undefined) return globalThis.fetch(request, init);
      sent.push(new Headers(init.headers).get('authorization'));
      if (statuses.length === 0) await tokens.refresh();
      return new Response('', { status });
    };
    const instance = attached(tokens, {
      fetch: fetch as typeof globalThis.fetch,
      retry: { limit: 2, delay: () => 0 },
    });
    expect((await instance.get(`${api.origin}/echo`)).status).toBe(200);
    expect([sent, authorizations()]).toEqual([['Bearer old', 'Bearer old'], ['Bearer good']]);
  });
});
