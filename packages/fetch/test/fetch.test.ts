import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { startContractApi } from '@unexpired/testing/node';
import { tokenErrorOf } from 'unexpired';
import { header, HERE, OPTIONS, source, stub } from './support/stub.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;

beforeAll(async () => {
  api = await startContractApi();
});

afterAll(() => api.close());

beforeEach(() => api.reset('good'));

describe('what reaches the underlying fetch', () => {
  it('is the URL and a copy of init with one more header: no Request is made', async () => {
    const { calls, fetch } = stub();
    const { signal } = new AbortController();
    const init = Object.freeze({
      method: 'POST',
      headers: Object.freeze({ 'X-Mine': '1' }),
      body: 'x',
      signal,
      cache: 'no-store' as const,
      next: { tags: ['a'] },
    });
    await createAuthFetch('token', { ...OPTIONS, fetch })(`${HERE}/a`, init);
    expect(calls).toEqual([
      [
        `${HERE}/a`,
        // Nobody can tell whether a fetch of one's own keeps the token from other origins.
        { ...init, redirect: 'manual', headers: { 'X-Mine': '1', authorization: 'Bearer token' } },
      ],
    ]);
    expect(calls[0]?.[1]?.signal).toBe(signal);
  });

  it('is exactly what the caller passed when the request is not ours', async () => {
    const { calls, fetch } = stub();
    const seen: unknown[][] = [];
    const authFetch = createAuthFetch('token', {
      ...OPTIONS,
      fetch: (...call) => (seen.push(call), fetch(...call)),
    });
    const url = new URL('https://elsewhere.example/a');
    const init = { headers: { a: 'b' } };
    await authFetch(url, init);
    const request = new Request('https://elsewhere.example/a');
    await authFetch(request);
    expect([
      seen[0]?.[0] === url,
      seen[0]?.[1] === init,
      seen[1]?.[0] === request,
      seen[1]?.[1],
    ]).toEqual([true, true, true, undefined]);
    expect(calls.map(([, passed]) => header(passed))).toEqual([null, null]);
  });

  it('lacks our own option', async () => {
    const { calls, fetch } = stub();
    const authFetch = createAuthFetch('token', { ...OPTIONS, fetch });
    await authFetch(`${HERE}/a`, { tokens: false, method: 'PUT' });
    await authFetch(`${HERE}/a`, { tokens: 'other' });
    await authFetch(`${HERE}/a`, { tokens: undefined });
    expect(
      calls.map(([, init]) => [Object.keys(init ?? {}).includes('tokens'), header(init)]),
    ).toEqual([
      [false, null],
      [false, 'Bearer other'],
      [false, 'Bearer token'],
    ]);
  });

  it.each<[string, HeadersInit]>([
    ['Headers', new Headers({ 'x-mine': '1' })],
    ['pairs', [['X-Mine', '1']]],
    ['an object', { 'X-Mine': '1' }],
    ['a Map', new Map([['X-Mine', '1']]) as unknown as HeadersInit],
    [
      'an object without prototype',
      Object.assign(Object.create(null) as Record<string, string>, { 'X-Mine': '1' }),
    ],
  ])('has the headers of %s, which stays as it was', async (_name, headers) => {
    const { calls, fetch } = stub();
    const before = [...new Headers(headers)];
    await createAuthFetch('token', { ...OPTIONS, fetch })(`${HERE}/a`, { headers });
    expect(Object.fromEntries(new Headers(calls[0]?.[1]?.headers))).toEqual({
      'x-mine': '1',
      authorization: 'Bearer token',
    });
    expect([...new Headers(headers)]).toEqual(before);
  });

  it('has one Authorization, in whatever case the caller wrote a stale one', async () => {
    const { calls, fetch } = stub();
    const authFetch = createAuthFetch(source({ issued: () => true }), { ...OPTIONS, fetch });
    for (const headers of [
      { AUTHORIZATION: 'Bearer x' },
      new Headers({ authorization: 'Bearer x' }),
      [['Authorization', 'Bearer x']] as [string, string][],
    ]) {
      await authFetch(`${HERE}/a`, { headers });
    }
    expect(calls.map(([, init]) => header(init))).toEqual([
      'Bearer old',
      'Bearer old',
      'Bearer old',
    ]);
  });

  it('was read when the caller called, not when the token came', async () => {
    const { calls, fetch } = stub();
    const url = new URL(`${HERE}/a`);
    const init = { method: 'POST', headers: new Headers({ 'x-mine': '1' }), body: 'before' };
    const sending = createAuthFetch('token', { ...OPTIONS, fetch })(url, init);
    url.host = 'evil.example';
    init.headers.set('x-mine', '2');
    init.body = 'after';
    await sending;
    expect([
      String(calls[0]?.[0]),
      calls[0]?.[1]?.body,
      new Headers(calls[0]?.[1]?.headers).get('x-mine'),
    ]).toEqual([`${HERE}/a`, 'before', '1']);
  });

  it('is a URL object where the caller passed one', async () => {
    const { calls, fetch } = stub();
    const url = new URL(`${HERE}/a`);
    await createAuthFetch('token', { ...OPTIONS, fetch })(url);
    expect(calls[0]?.[0]).toEqual(url);
    expect(calls[0]?.[0]).not.toBe(url); // which its caller could change
  });

  it('takes a Request as init, as fetch does', async () => {
    const { calls, fetch } = stub();
    await createAuthFetch('token', { ...OPTIONS, fetch })(
      `${HERE}/a`,
      new Request('https://x.example', { method: 'PUT', headers: { 'x-mine': '1' } }),
    );
    expect([
      calls[0]?.[1]?.method,
      Object.fromEntries(new Headers(calls[0]?.[1]?.headers)),
    ]).toEqual(['PUT', { 'x-mine': '1', authorization: 'Bearer token' }]);
  });
});

describe('a Request', () => {
  it('is passed on, with its headers and ours', async () => {
    const { calls, fetch } = stub();
    const request = new Request(`${HERE}/a`, { headers: { 'x-mine': '1' } });
    await createAuthFetch('token', { ...OPTIONS, fetch })(request);
    expect(calls[0]?.[0]).toBe(request);
    expect(Object.fromEntries(new Headers(calls[0]?.[1]?.headers))).toEqual({
      'x-mine': '1',
      authorization: 'Bearer token',
    });
    expect(request.headers.has('authorization')).toBe(false);
  });

  it('keeps its referrer, which an init would reset', async () => {
    const sent: Request[] = [];
    const fetch = async (input: Request, init: RequestInit): Promise<Response> => (
      sent.push(new Request(input, init)), new Response()
    );
    const request = new Request(`${HERE}/a`, {
      referrer: `${HERE}/from`,
      referrerPolicy: 'origin',
      integrity: 'sha256-abc',
      redirect: 'manual',
    });
    await createAuthFetch('token', { ...OPTIONS, fetch })(request);
    expect([
      sent[0]?.referrer,
      sent[0]?.referrerPolicy,
      sent[0]?.integrity,
      sent[0]?.redirect,
    ]).toEqual([request.referrer, 'origin', 'sha256-abc', 'manual']);
  });

  it('is overridden by init: method, headers and body', async () => {
    const authFetch = createAuthFetch(source(), { origins: [api.origin] });
    const request = new Request(`${api.origin}/echo`, {
      method: 'POST',
      body: 'request',
      headers: { 'content-type': 'text/request' },
    });
    const response = await authFetch(request, {
      body: 'init',
      headers: { 'content-type': 'text/init' },
    });
    expect(await response.json()).toMatchObject({
      method: 'POST',
      body: 'init',
      contentType: 'text/init',
      authorization: 'Bearer good',
    });
  });

  it('is used up afterwards, as with fetch', async () => {
    const request = new Request(`${api.origin}/echo`, { method: 'POST', body: 'x' });
    await createAuthFetch(source(), { origins: [api.origin] })(request);
    expect(request.bodyUsed).toBe(true);
    await expect(
      createAuthFetch(source(), { origins: [api.origin] })(request),
    ).rejects.toMatchObject({ name: 'TypeError' });
  });

  it('whose upload fails leaves no reader behind', async () => {
    let cancelled: unknown;
    const body = new ReadableStream({
      cancel: (reason) => void (cancelled = reason ?? 'cancelled'),
    });
    const request = new Request(`${HERE}/a`, {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    const down = new Error('down');
    const fetch = async (input: Request): Promise<never> => {
      // Settles when both readers have gone.
      void input.body?.cancel('by fetch');
      throw down;
    };
    await expect(createAuthFetch(source(), { ...OPTIONS, fetch })(request)).rejects.toBe(down);
    await new Promise(setImmediate);
    expect(cancelled).toBeDefined();
  });

  it.each(['its own signal', 'the signal of init'])(
    'whose body is not through yet when its token was refused ends with the reason of %s',
    async (whose) => {
      const controller = new AbortController();
      const { signal } = controller;
      const own = whose === 'its own signal';
      const upload = {
        method: 'POST',
        body: new ReadableStream(),
        duplex: 'half',
        ...(own && { signal }),
      };
      const authFetch = createAuthFetch(source(), {
        ...OPTIONS,
        fetch: async () => new Response('', { status: 401 }),
      });
      const sending = authFetch(new Request(`${HERE}/a`, upload), own ? {} : { signal });
      // From here on it is waited for the rest of the body.
      await new Promise(setImmediate);
      const reason = new Error('enough');
      controller.abort(reason);
      await expect(sending).rejects.toBe(reason);
    },
  );

  it('is not read further than a replay may need, when nobody sends it', async () => {
    let pulled = 0;
    const body = new ReadableStream(
      {
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(2 ** 16));
        },
      },
      { highWaterMark: 0 },
    );
    const request = new Request(`${HERE}/a`, {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    let answer = (_response: Response): void => undefined;
    const sending = createAuthFetch(source(), {
      ...OPTIONS,
      fetch: () => new Promise((resolve) => (answer = resolve)),
    })(request);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect(pulled * 2 ** 16).toBeLessThanOrEqual(2 ** 20 + 2 ** 17);
    answer(new Response('', { status: 401 }));
    expect((await sending).status).toBe(401);
  });
});

describe('the global fetch', () => {
  const original = globalThis.fetch;
  afterEach(() => void (globalThis.fetch = original));

  it('is looked up at each call', async () => {
    const authFetch = createAuthFetch('token', OPTIONS);
    for (const { calls, fetch } of [stub(), stub()]) {
      globalThis.fetch = fetch;
      await authFetch(`${HERE}/a`);
      expect(calls.length).toBe(1);
    }
  });

  it('may be ours: then the one from before is called', async () => {
    const { calls, fetch } = stub();
    globalThis.fetch = fetch;
    globalThis.fetch = createAuthFetch('token', OPTIONS);
    await globalThis.fetch(`${HERE}/a`);
    expect(calls.map(([, init]) => header(init))).toEqual(['Bearer token']);
  });

  it('may be wrapped in one line, by others on top of it, and put back', async () => {
    const before = globalThis.fetch;
    globalThis.fetch = createAuthFetch(source(), { origins: [api.origin], fetch: before });
    const ours = globalThis.fetch;
    globalThis.fetch = (...call) => ours(...call);
    const response = await fetch(`${api.origin}/echo`);
    globalThis.fetch = before;
    expect(await response.json()).toMatchObject({ authorization: 'Bearer good' });
  });
});

it('passes an abort on with the reason’s identity, before and after it is sent', async () => {
  const reason = { mine: true };
  const authFetch = createAuthFetch(source(), { origins: [api.origin] });
  await expect(authFetch(`${api.origin}/echo`, { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
  expect(api.requests).toEqual([]);
  api.hold('/echo');
  const controller = new AbortController();
  const sending = authFetch(`${api.origin}/echo`, { signal: controller.signal });
  await api.arrived('/echo', 1);
  controller.abort(reason);
  await expect(sending).rejects.toBe(reason);
});

it('a signal of null in init takes the Request’s own away, as with fetch', async () => {
  const seen: unknown[] = [];
  const tokens = source({
    async getToken(options) {
      seen.push(options?.signal);
      return { accessToken: 'good' };
    },
  });
  const request = new Request(`${HERE}/a`, { signal: new AbortController().signal });
  await createAuthFetch(tokens, { ...OPTIONS, fetch: stub().fetch })(request, { signal: null });
  await createAuthFetch(tokens, { ...OPTIONS, fetch: stub().fetch })(request);
  expect(seen).toEqual([undefined, request.signal]);
});

it('a token that no header may carry is refused without being shown', async () => {
  const error: unknown = await createAuthFetch(() => 's3cr3t\n', {
    ...OPTIONS,
    fetch: stub().fetch,
  })(`${HERE}/a`).catch((found: unknown) => found);
  expect(tokenErrorOf(error)?.code).toBe('ERR_REFRESH_ANSWER');
  expect(String((error as Error).stack)).not.toContain('s3cr3t');
});

it.each<[string, unknown, string]>([
  ['no origins', {}, 'origins: expected a list'],
  [
    'a fetch that is none',
    { ...OPTIONS, fetch: 'fetch' },
    'fetch: expected a function, got string',
  ],
])('%s is a TypeError', (_name, options, message) => {
  expect(() => createAuthFetch('token', options as never)).toThrow(TypeError);
  expect(() => createAuthFetch('token', options as never)).toThrow(message);
});
