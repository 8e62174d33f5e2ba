import { getEventListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import { startContractApi } from '@unexpired/testing/node';
import ky, { type KyInstance } from 'ky';
import ky114 from 'ky-1.14';
import nodeFetch, { Request as NodeFetchRequest } from 'node-fetch';
import * as undici from 'undici';
import { createTokenManager, type TokenManager, type TokenSource } from 'unexpired';

// What the clients are used to, and must find with a token as without one.
let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

const source = (over: Partial<TokenSource> = {}): TokenSource => ({
  getToken: async () => ({ accessToken: 'old' }),
  replaceRejected: async () => ({ accessToken: 'good' }),
  ...over,
});
const forever = (): TokenSource => source({ getToken: () => new Promise(() => undefined) });
const kys: [string, KyInstance][] = [
  ['2.1', ky],
  ['1.14', ky114 as unknown as KyInstance],
];
describe('a fetch', () => {
  it('has the length of the one that it wraps', () => {
    const lengths = [undefined, async () => 1, async (_a: unknown, _b: unknown) => 1].map(
      (fetch) => createAuthFetch('token', { origins: [api.origin], fetch }).length,
    );
    expect(lengths).toEqual([globalThis.fetch.length, 0, 2]);
  });

  it.each([
    ['no headers', { status: 401 }],
    ['headers that are a plain object', { status: 401, headers: {} }],
    ['no headers, and a body', { status: 401, body: new Response('no').body }],
    ['no headers, and a redirect', { status: 302 }],
  ])('may be a mock whose answers have %s', async (_name, answer) => {
    const sent: unknown[] = [];
    const fetch = async (_url: unknown, init: RequestInit): Promise<unknown> => {
      sent.push(new Headers(init.headers).get('authorization'));
      return sent.length === 1 ? answer : { status: 200 };
    };
    const authFetch = createAuthFetch(source(), { origins: [api.origin], fetch });
    const { status } = await authFetch(`${api.origin}/a`);
    expect([status, sent]).toEqual(
      answer.status === 401 ? [200, ['Bearer old', 'Bearer good']] : [302, ['Bearer old']],
    );
  });

  it('replays to the URL of the call, though the URL object was changed after the first send', async () => {
    const sent: string[] = [];
    const url = new URL(`${api.origin}/a`);
    const fetch = async (input: URL | string): Promise<Response> => {
      sent.push(String(input));
      url.host = 'evil.example';
      return new Response('', { status: sent.length === 1 ? 401 : 200 });
    };
    await createAuthFetch(source(), { origins: [api.origin], fetch })(url);
    expect(sent).toEqual([`${api.origin}/a`, `${api.origin}/a`]);
  });

  it('waits 30 times on one signal without a warning of too many listeners', async () => {
    const controller = new AbortController();
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
      refresh: () => new Promise(() => undefined),
    });
    const authFetch = createAuthFetch(tokens, { origins: [api.origin] });
    const other = createAuthFetch(forever(), { origins: [api.origin] });
    const reason = new Error('enough');
    const sending = Array.from({ length: 30 }, (_one, index) =>
      (index % 2 ? other : authFetch)(`${api.origin}/a`, { signal: controller.signal }),
    );
    await new Promise(setImmediate);
    // Node prints a warning from the eleventh on.
    expect(getEventListeners(controller.signal, 'abort').length).toBeLessThan(10);
    controller.abort(reason);
    for (const each of await Promise.allSettled(sending))
      expect(each).toEqual({ status: 'rejected', reason });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it.each(['Bearer token', 'Bearer jwt', 'Bearer basic'])(
    'leaves a caller’s own %s alone, a word that is the name of a scheme, too',
    async (authorization) => {
      const authFetch = createAuthFetch(source(), { origins: [api.origin] });
      await authFetch(`${api.origin}/echo`, { headers: { authorization } });
      expect(api.requests.map((request) => request.authorization)).toEqual([authorization]);
    },
  );

  it('copies no Blob of a form, and keeps the names of its files', async () => {
    const seen: unknown[] = [];
    const file = new File(['x'], 'a.bin', { type: 'image/x-test' });
    const form = new FormData();
    form.append('a', '1');
    form.append('file', file);
    const fetch = async (_url: unknown, init: RequestInit): Promise<Response> => {
      const sent = init.body as FormData;
      seen.push([...sent.keys()], sent.get('file'));
      return new Response('', { status: seen.length === 2 ? 401 : 200 });
    };
    const authFetch = createAuthFetch(source(), { origins: [api.origin], fetch });
    await authFetch(`${api.origin}/a`, { method: 'POST', body: form });
    expect([seen[0], seen[1] === file, seen[2], seen[3] === file]).toEqual([
      ['a', 'file'],
      true,
      ['a', 'file'],
      true,
    ]);
  });

  it('hands over the very body that it was given, where nothing waits', async () => {
    const bodies: unknown[] = [];
    const fetch = async (_url: unknown, init: RequestInit): Promise<Response> => (
      bodies.push(init.body), new Response()
    );
    const given = Promise.resolve({ accessToken: 'good' });
    const authFetch = createAuthFetch(source({ getToken: () => given, issued: () => false }), {
      origins: [api.origin],
      fetch,
    });
    await authFetch(`${api.origin}/a`);
    const all = [new URLSearchParams('a=1'), new FormData(), new Uint8Array(2 ** 21)];
    for (const body of all) await authFetch(`${api.origin}/a`, { method: 'POST', body });
    expect(all.map((body, index) => bodies[index + 1] === body)).toEqual([true, true, true]);
  });

  it('follows a redirect as the Fetch standard does, where the fetch below is somebody’s own', async () => {
    const authFetch = createAuthFetch('good', {
      origins: [api.origin],
      fetch: (url: string, init: RequestInit) => globalThis.fetch(url, init),
    });
    const response = await authFetch(`${api.origin}/redirect?to=/echo`);
    expect([response.status, response.redirected, response.url]).toEqual([
      200,
      true,
      `${api.origin}/echo`,
    ]);
  });

  it.each<[string, (url: string, init: RequestInit) => [string | Request, RequestInit?]]>([
    ['a URL', (url, init) => [url, init]],
    ['a Request', (url, init) => [new Request(url, init)]],
  ])('sends the body of %s along a 307 and a 308', async (_name, make) => {
    const authFetch = createAuthFetch('good', {
      origins: [api.origin],
      fetch: (url: string, init: RequestInit) => globalThis.fetch(url, init),
    });
    for (const status of [307, 308])
      for (const to of ['/echo', `${api.foreignOrigin}/public`]) {
        const url = `${api.origin}/redirect?status=${status}&to=${encodeURIComponent(to)}`;
        const [input, init] = make(url, {
          method: 'PUT',
          body: 'käse',
          headers: { accept: 'a/b' },
        });
        const answer: unknown = await (await authFetch(input, init)).json();
        expect(answer).toMatchObject({ method: 'PUT', accept: 'a/b' });
      }
    const last = api.requests.filter(({ path }) => path !== '/redirect');
    expect(last.map(({ body, authorization }) => [body.length, authorization])).toEqual([
      [5, 'Bearer good'],
      [5, undefined],
      [5, 'Bearer good'],
      [5, undefined],
    ]);
  });

  it('ends a loop of redirects with the error of the fetch below', async () => {
    let asked = 0;
    const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
      asked++;
      if (init.redirect === 'error') throw new TypeError('too many');
      return new Response('', { status: 302, headers: { location: '/loop' } });
    };
    const authFetch = createAuthFetch('good', { origins: [api.origin], fetch });
    await expect(authFetch(`${api.origin}/loop`)).rejects.toThrow('too many');
    expect(asked).toBe(21);
  });
});

describe('node-fetch', () => {
  const options = () => ({ origins: [api.origin], fetch: nodeFetch });

  it('rejects with its own AbortError when a waiting request is aborted', async () => {
    const controller = new AbortController();
    const sending = createAuthFetch(forever(), options())(`${api.origin}/echo`, {
      signal: controller.signal,
    });
    controller.abort(new Error('enough'));
    await expect(sending).rejects.toMatchObject({ name: 'AbortError', type: 'aborted' });
    expect(api.requests).toEqual([]);
  });

  it('takes its own Request, with a body too', async () => {
    const request = new NodeFetchRequest(`${api.origin}/echo`, { method: 'POST', body: 'x' });
    const authFetch = createAuthFetch('good', options());
    const response = await authFetch(request as unknown as Request);
    expect(await response.json()).toMatchObject({ body: 'x', authorization: 'Bearer good' });
  });

  it('sends no token to a subdomain or another port that it is redirected to', async () => {
    // Both are the loopback address; the first is a subdomain of the second.
    const { port } = new URL(api.origin);
    const server = createServer((_request, response) => {
      response.writeHead(307, { location: `http://sub.localhost:${port}/public` }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const authFetch = createAuthFetch('good', { origins: [origin], fetch: nodeFetch });
    // Not every machine resolves it.
    await authFetch(origin).catch(() => undefined);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(api.requests.filter(({ authorization }) => authorization)).toEqual([]);
  });
});

it('a Node stream that fails after its request has gone on ends nothing but that request', async () => {
  const body = new PassThrough();
  body.write('x');
  const controller = new AbortController();
  const authFetch = createAuthFetch(forever(), { origins: [api.origin] });
  const sending = authFetch(`${api.origin}/echo`, {
    method: 'POST',
    body: body as unknown as BodyInit,
    signal: controller.signal,
    duplex: 'half',
  } as RequestInit);
  controller.abort(new Error('enough'));
  await expect(sending).rejects.toThrow('enough');
  // Nobody listens any more: without us this would end the process.
  expect(body.emit('error', new Error('late'))).toBe(true);
});

it('undici’s own fetch takes its own FormData and Request', async () => {
  const form = new undici.FormData();
  form.append('a', '1');
  const authFetch = createAuthFetch(source(), { origins: [api.origin], fetch: undici.fetch });
  const init = { method: 'POST', body: form } as unknown as RequestInit;
  await (await authFetch(`${api.origin}/echo`, init)).text();
  const request = new undici.Request(`${api.origin}/echo`, { method: 'POST', body: 'x' });
  await (await authFetch(request as unknown as Request)).text();
  expect(api.requests.map(({ body }) => /name="a"|^x$/.test(body))).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

describe.each(kys)('ky %s', (_version, client) => {
  it('makes no copy of a Blob that it uploads', async () => {
    const blob = new Blob(['x'.repeat(2 ** 21)]);
    let clones = 0;
    const counting: typeof globalThis.fetch = async (input, init) => {
      const request = input as Request;
      const clone = request.clone.bind(request);
      request.clone = () => (clones++, clone());
      return inner(request, init);
    };
    const extended = kyAuth(source(), { origins: [api.origin] })({});
    const inner = extended.fetch as typeof globalThis.fetch;
    const instance = client.create({ retry: 0 }).extend({ ...extended, fetch: counting });
    expect((await instance.post(`${api.origin}/echo`, { body: blob })).status).toBe(200);
    expect([clones, api.requests.map(({ body }) => body.length)]).toEqual([0, [2 ** 21, 2 ** 21]]);
  });

  it('sends what was in a form at the call, first and again, though it was changed at once', async () => {
    const form = new FormData();
    form.append('a', 'before');
    const instance = client.extend(kyAuth(source(), { origins: [api.origin] }));
    const sending = instance.post(`${api.origin}/echo`, { body: form });
    form.set('a', 'after');
    expect((await sending).status).toBe(200);
    expect(api.requests.map(({ body }) => [/before/.test(body), /after/.test(body)])).toEqual([
      [true, false],
      [true, false],
    ]);
  });
});

/** A token endpoint, reached through the ky that it serves, which answers when `answer` is called. */
const served = (instance: () => KyInstance, own: (signal: AbortSignal) => object): TokenManager =>
  createTokenManager({
    tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
    async refresh(_current, { signal }) {
      const response = await instance().post(`${api.origin}/public`, own(signal));
      await response.text();
      return { accessToken: 'good', refreshToken: 'r2' };
    },
  });

describe.each(kys)('the refresh through the ky %s that it serves', (version, client) => {
  const ways: [string, (signal: AbortSignal) => object][] = [
    ['tokens: false', () => ({ tokens: false })],
    ['tokens: false and its signal', (signal) => ({ tokens: false, signal })],
    // ky 1 shows nobody the signal that it was given.
    ...(version === '2.1'
      ? [['its signal', (signal) => ({ signal })] as (typeof ways)[number]]
      : []),
  ];

  it.each(ways)('with %s outlives ky’s timeout', async (_way, own) => {
    const answer = api.hold('/public');
    const tokens = served(() => instance, own);
    const budget = version === '2.1' ? { totalTimeout: 20 } : {};
    const instance: KyInstance = client
      .create({ timeout: 20, ...budget })
      .extend(kyAuth(tokens, { origins: [api.origin] }));
    const refreshed = tokens.refresh();
    await api.arrived('/public', 1);
    // By the clock of the machine the time of ky is over before this.
    await new Promise((resolve) => setTimeout(resolve, 60));
    answer();
    await refreshed;
    expect(tokens.status).toBe('signedIn');
    expect(api.requests.map(({ path, authorization }) => `${path} ${authorization}`)).toEqual([
      '/public undefined',
    ]);
  });

  it.each(ways)('with %s is not sent again by ky', async (_way, own) => {
    let sent = 0;
    const fetch = async (): Promise<Response> => (sent++, new Response('', { status: 503 }));
    const errors: unknown[] = [];
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
      async refresh(_current, { signal }) {
        await instance.put(`${api.origin}/public`, own(signal)).catch((error: Error) => {
          errors.push([error.name, sent]);
        });
        return { accessToken: 'good' };
      },
    });
    const instance: KyInstance = client
      .create({ fetch, retry: { limit: 2, methods: ['put'], delay: () => 0 } })
      .extend(kyAuth(tokens, { origins: [api.origin] }));
    await tokens.refresh();
    expect(errors).toEqual([['HTTPError', 1]]);
  });

  it('leaves the budget of every other request as it is', async () => {
    const release = api.hold('/echo');
    const instance = client
      .create({ timeout: 20, retry: 0 })
      .extend(kyAuth('good', { origins: [api.origin] }));
    const { signal } = new AbortController();
    const errors = await Promise.all(
      [
        instance.get(`${api.origin}/echo`, { tokens: false }),
        instance.post(`${api.origin}/echo`, { signal }),
      ].map((sending) => sending.catch((error: Error) => error.name)),
    );
    release();
    expect(errors).toEqual(['TimeoutError', 'TimeoutError']);
  });

  it('lets a sign-in with tokens: false outlive ky’s timeout, through ky’s hooks', async () => {
    const answer = api.hold('/public');
    const calls: string[] = [];
    const instance = client
      .create({
        timeout: 20,
        hooks: {
          beforeRequest: [() => void calls.push('before')],
          afterResponse: [() => void calls.push('after')],
        },
      })
      .extend(kyAuth('good', { origins: [api.origin] }));
    const sending = instance.post(`${api.origin}/public`, { json: { a: 1 }, tokens: false }).json();
    await api.arrived('/public', 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    answer();
    expect(await sending).toMatchObject({ body: '{"a":1}' });
    expect(calls).toEqual(['before', 'after']);
  });
});
