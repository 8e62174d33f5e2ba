import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import { startContractApi } from '@unexpired/testing/node';
import ky, { type KyInstance } from 'ky';
import ky114 from 'ky-1.14';
import type { RequestEvent, TokenSource } from 'unexpired';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

/** A source whose token the API refuses, and that has a good one in its place. */
const source = (): TokenSource & { readonly events: RequestEvent[] } => {
  let accessToken = 'old';
  const events: RequestEvent[] = [];
  return {
    events,
    getToken: async () => ({ accessToken }),
    replaceRejected: async () => ({ accessToken: (accessToken = 'good') }),
    report: (event) => void events.push(event),
  };
};
const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);

describe('the default of origins in ky', () => {
  it.each<[string, () => KyInstance, string]>([
    ['baseUrl', () => ky.create({ baseUrl: api.origin }), 'baseUrl'],
    ['prefix', () => ky.create({ prefix: `${api.origin}/` }), 'prefix'],
    ['both', () => ky.create({ baseUrl: api.origin, prefix: '/' }), 'baseUrl'],
    [
      'prefixUrl of ky 1',
      () => (ky114 as unknown as KyInstance).create({ prefixUrl: api.origin } as object),
      'prefixUrl',
    ],
  ])('is the base URL: %s', async (_name, create, option) => {
    const instance = create().extend(kyAuth(source()));
    expect((await instance.get('echo')).status).toBe(200);
    await instance.get('public', { [option]: api.foreignOrigin });
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good', undefined]);
  });

  it('is missing in fetch, and said so', () => {
    expect(() => createAuthFetch('token', {} as never)).toThrow(/^origins: expected a list/);
    expect(() => createAuthFetch('token', undefined as never)).toThrow(/^origins: expected a list/);
    expect(() => ky.extend(kyAuth('token'))).toThrow(/^origins: expected a list/);
  });
});

describe('the source hears of', () => {
  it('a replay, and what became of it', async () => {
    const tokens = source();
    const authFetch = createAuthFetch(tokens, { origins: [api.origin] });
    await authFetch(`${api.origin}/echo?secret=1`, { method: 'post' });
    expect(tokens.events).toEqual([
      { type: 'replayed', method: 'POST', origin: api.origin, status: 200, outcome: 'accepted' },
    ]);
  });

  it('a replay that failed', async () => {
    const tokens = source();
    let sends = 0;
    const authFetch = createAuthFetch(tokens, {
      origins: [api.origin],
      fetch: async () => {
        if (sends++) throw new TypeError('fetch failed');
        return new Response('', { status: 401 });
      },
    });
    await expect(authFetch(`${api.origin}/echo`)).rejects.toThrow('fetch failed');
    expect(tokens.events).toEqual([
      { type: 'replayed', method: 'GET', origin: api.origin, status: undefined, outcome: 'failed' },
    ]);
  });

  it.each<[string, () => RequestInit | Request]>([
    [
      'a stream',
      () => ({ method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' }) as RequestInit,
    ],
    [
      'a large Request',
      () => new Request(`${api.origin}/echo`, { method: 'POST', body: 'x'.repeat(2 ** 21) }),
    ],
  ])('what was not sent again: %s', async (_name, make) => {
    const tokens = source();
    const authFetch = createAuthFetch(tokens, { origins: [api.origin] });
    const made = make();
    const response = await (made instanceof Request
      ? authFetch(made)
      : authFetch(`${api.origin}/echo`, made));
    expect(response.status).toBe(401);
    expect(tokens.events).toEqual([{ type: 'notReplayed', method: 'POST', origin: api.origin }]);
  });
});

it.each<[string, () => HeadersInit]>([
  ['no headers', () => ({})],
  ['a plain object', () => ({ 'X-SHOPIFY-access-token': 'old' })],
  ['Headers', () => new Headers({ 'X-Shopify-Access-Token': 'old' })],
])('another header carries the token alone, over what it carried: %s', async (_name, make) => {
  const sent: string[][] = [];
  const authFetch = createAuthFetch(source(), {
    origins: [api.origin],
    header: 'X-Shopify-Access-Token',
    fetch: async (_url, init: RequestInit) => {
      sent.push([...new Headers(init.headers)].flat());
      return new Response('', { status: sent.length > 2 ? 200 : 401 });
    },
  });
  await authFetch(`${api.origin}/echo`, { tokens: 'other' });
  await authFetch(`${api.origin}/echo`);
  expect(sent.map((header) => header.join(' '))).toEqual([
    'x-shopify-access-token other',
    'x-shopify-access-token old',
    'x-shopify-access-token good',
  ]);
  sent.length = 0;
  await authFetch(`${api.origin}/echo`, { headers: make() });
  expect(sent[0]).toEqual(['x-shopify-access-token', 'good']);
});

describe('what json() of classify reads is bounded', () => {
  const classified = async (response: Response): Promise<{ seen: unknown; given: Response }> => {
    let seen: unknown = 'not asked';
    const given = await createAuthFetch('token', {
      origins: [api.origin],
      fetch: async () => response,
      classify: async (answer) => void (seen = await answer.json()),
    })(`${api.origin}/a`);
    return { seen, given };
  };
  const endless = (type: string): Response => {
    let first = true;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          // Later, as a network has it, so that nobody reads for ever within one turn.
          await new Promise(setImmediate);
          controller.enqueue(new TextEncoder().encode(first ? '["' : 'x'.repeat(2 ** 16)));
          first = false;
        },
      }),
      { headers: type ? { 'content-type': type } : {} },
    );
  };

  it.each(['application/json', 'text/plain', ''])(
    'in bytes, so that an endless answer of the type %j is the caller’s at once',
    async (type) => {
      const { seen, given } = await classified(endless(type));
      expect(seen).toBeUndefined();
      const reader = given.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      let read = 0;
      while (read < 2 ** 21) read += (await reader.read()).value?.byteLength ?? Number.NaN;
      expect(read).toBeGreaterThan(2 ** 20);
      await reader.cancel();
    },
  );

  it('in time: 5 s', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    try {
      let give = (_text: string): void => undefined;
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"a":'));
          give = (text) => {
            controller.enqueue(new TextEncoder().encode(text));
            controller.close();
          };
        },
      });
      const headers = { 'content-type': 'application/json' };
      let done = false;
      const asking = classified(new Response(body, { headers })).finally(() => (done = true));
      await jest.advanceTimersByTimeAsync(4999);
      expect(done).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      const { seen, given } = await asking;
      expect(seen).toBeUndefined();
      give('1}');
      expect(await given.json()).toEqual({ a: 1 });
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it.each([
    ['application/json', '{"a":1}', { a: 1 }],
    ['application/json', '1', 1],
    ['application/json', '', undefined],
    ['', ' \n{"a":1}', { a: 1 }],
    ['', '[1]', [1]],
    ['', 'null', undefined],
    ['', '<html>', undefined],
    ['text/plain', '{"a":1}', undefined],
    ['text/html', '{"a":1}', undefined],
    ['application/octet-stream', '{"a":1}', undefined],
  ])('of the type %j, %j gives %j', async (type, text, expected) => {
    const headers: HeadersInit = type ? { 'content-type': type } : {};
    const { seen, given } = await classified(
      new Response(new TextEncoder().encode(text), { headers }),
    );
    expect(seen).toEqual(expected);
    expect(await given.text()).toBe(text);
  });

  it('where the body is a Node stream, as node-fetch has it, and where there are no streams', async () => {
    const headers = new Headers({ 'content-type': 'application/json' });
    const like = (copy: object): Response =>
      ({ status: 200, url: '', headers, clone: () => copy }) as Response;
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(2 ** 16, 'x');
      })(),
    );
    expect((await classified(like({ body: endless }))).seen).toBeUndefined();
    expect(endless.destroyed).toBe(true);
    const short = Readable.from([Buffer.from('{"a"'), Buffer.from(':1}')]);
    expect((await classified(like({ body: short }))).seen).toEqual({ a: 1 });
    const reactNative = { text: async () => '{"a":1}' };
    expect((await classified(like(reactNative))).seen).toEqual({ a: 1 });
    const broken = { text: () => Promise.reject(new Error('cut off')) };
    expect((await classified(like(broken))).seen).toBeUndefined();
    const used = like({});
    used.clone = () => {
      throw new TypeError('used');
    };
    expect((await classified(used)).seen).toBeUndefined();
  });

  it('and read once, however often it is asked for', async () => {
    const headers = { 'content-type': 'application/json' };
    const seen: unknown[] = [];
    const response = new Response('{"a":1}', { headers });
    const authFetch = createAuthFetch('token', {
      origins: [api.origin],
      fetch: async () => response,
      async classify(answer) {
        seen.push(await answer.json(), await answer.json());
        return undefined;
      },
    });
    expect(await (await authFetch(`${api.origin}/a`)).json()).toEqual({ a: 1 });
    expect(seen).toEqual([{ a: 1 }, { a: 1 }]);
  });
});

describe('a request that cannot carry the header', () => {
  it.each<[string, (url: string) => [RequestInfo, RequestInit?]]>([
    ['in init', (url) => [url, { mode: 'no-cors' }]],
    ['in a Request', (url) => [new Request(url, { mode: 'no-cors' })]],
    ['in init, over a Request', (url) => [new Request(url), { mode: 'no-cors' }]],
  ])('is neither signed nor judged: no-cors %s', async (_name, make) => {
    const tokens = source();
    const calls: unknown[][] = [];
    const authFetch = createAuthFetch(tokens, {
      origins: [api.origin],
      fetch: async (...call: unknown[]) => (calls.push(call), new Response('', { status: 401 })),
    });
    const call = make(`${api.origin}/a`);
    expect((await authFetch(...call)).status).toBe(401);
    expect(calls).toEqual([[call[0], call[1]]]);
    expect((await tokens.getToken())?.accessToken).toBe('old');
  });

  it('is signed where init takes no-cors back', async () => {
    const authFetch = createAuthFetch(source(), { origins: [api.origin] });
    const request = new Request(`${api.origin}/echo`, { mode: 'no-cors' });
    expect((await authFetch(request, { mode: 'cors' })).status).toBe(200);
  });
});

describe('with a header of another name', () => {
  const options = () => ({ origins: [api.origin], header: 'X-Api-Token' });
  it('a redirect is an error, on the replay too, and manual stays manual', async () => {
    const authFetch = createAuthFetch('good', options());
    const url = `${api.origin}/redirect?to=/public`;
    await expect(authFetch(url)).rejects.toThrow('fetch failed');
    await expect(authFetch(new Request(url))).rejects.toThrow('fetch failed');
    expect((await authFetch(url, { redirect: 'manual' })).status).toBe(302);
    expect((await authFetch(new Request(url, { redirect: 'manual' }))).status).toBe(302);
    expect((await authFetch(url, { tokens: false })).status).toBe(200);
  });
});
