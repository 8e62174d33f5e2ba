import { Readable } from 'node:stream';
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
import { startContractApi } from '@unexpired/testing/node';
import { TokenError, tokenErrorOf } from 'unexpired';
import { HERE, OPTIONS, source, stub } from './support/stub.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;

beforeAll(async () => {
  api = await startContractApi();
});

afterAll(() => api.close());

beforeEach(() => api.reset('good'));

describe('the answer', () => {
  it('is the very object that the underlying fetch gave', async () => {
    const response = new Response('a');
    expect(
      await createAuthFetch('token', { ...OPTIONS, fetch: stub(response).fetch })(`${HERE}/a`),
    ).toBe(response);
  });

  it('of a rejecting fetch is its own error', async () => {
    const down = new TypeError('fetch failed');
    await expect(
      createAuthFetch('token', { ...OPTIONS, fetch: () => Promise.reject(down) })(`${HERE}/a`),
    ).rejects.toBe(down);
  });

  it('carries our error where tokenErrorOf finds it, and is unread', async () => {
    const ended = new TokenError('ERR_SESSION_ENDED');
    const authFetch = createAuthFetch(source({ replaceRejected: () => Promise.reject(ended) }), {
      origins: [api.origin],
    });
    const response = await authFetch(`${api.origin}/echo`);
    expect([response.status, response.bodyUsed, tokenErrorOf(response)]).toEqual([
      401,
      false,
      ended,
    ]);
  });

  it('that was refused is read to its end before the replay, if it is small', async () => {
    const refused = new Response('no', { status: 401 });
    await createAuthFetch(source(), { ...OPTIONS, fetch: stub(refused).fetch })(`${HERE}/a`);
    expect(refused.bodyUsed).toBe(true);
  });

  it('that was refused is read to its end where its body is a Node stream, as node-fetch has it', async () => {
    const body = Readable.from(['no']);
    const refused = { url: '', status: 401, headers: new Headers(), body } as unknown as Response;
    expect(
      (await createAuthFetch(source(), { ...OPTIONS, fetch: stub(refused).fetch })(`${HERE}/a`))
        .status,
    ).toBe(200);
    expect(body.readableFlowing).toBe(true);
  });

  it.each([
    ['large by its header', { 'content-length': '70000' }, 1],
    ['large', {}, 6],
  ])('that was refused is cancelled, if it is %s', async (_name, headers, most) => {
    let cancelled = false;
    let pulled = 0;
    const body = new ReadableStream({
      pull: (controller) => (pulled++, controller.enqueue(new Uint8Array(2 ** 14))),
      cancel: () => void (cancelled = true),
    });
    const refused = new Response(body, { status: 401, headers });
    await createAuthFetch(source(), { ...OPTIONS, fetch: stub(refused).fetch })(`${HERE}/a`);
    expect(cancelled).toBe(true);
    expect(pulled).toBeLessThanOrEqual(most);
  });

  it('that is given up for an error is let go of', async () => {
    const refused = new Response('no', { status: 401 });
    const down = new TokenError('ERR_REFRESH_UNAVAILABLE');
    const authFetch = createAuthFetch(source({ replaceRejected: () => Promise.reject(down) }), {
      ...OPTIONS,
      fetch: stub(refused).fetch,
    });
    await expect(authFetch(`${HERE}/a`)).rejects.toMatchObject({ cause: down });
    expect(refused.bodyUsed).toBe(true);
  });

  describe('that was refused and never ends', () => {
    beforeEach(
      () => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }),
    );
    afterEach(() => void jest.useRealTimers());

    it('is the only one that a timer is left for', async () => {
      await createAuthFetch(source(), {
        ...OPTIONS,
        fetch: stub(new Response('no', { status: 401 })).fetch,
      })(`${HERE}/a`);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('holds the replay up for a second', async () => {
      const { calls, fetch } = stub(new Response(new ReadableStream(), { status: 401 }));
      const sending = createAuthFetch(source(), { ...OPTIONS, fetch })(`${HERE}/a`);
      await jest.advanceTimersByTimeAsync(999);
      expect(calls.length).toBe(1);
      await jest.advanceTimersByTimeAsync(1);
      expect((await sending).status).toBe(200);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it.each([
    'text/event-stream',
    'application/x-ndjson',
    'application/jsonl',
    'application/json-seq',
  ])('is not parsed as JSON for classify when it is a stream of %s', async (type) => {
    const seen: unknown[] = [];
    const endless = new Response(new ReadableStream(), { headers: { 'content-type': type } });
    const authFetch = createAuthFetch('token', {
      ...OPTIONS,
      fetch: stub(endless).fetch,
      async classify(response) {
        seen.push(await response.json());
        return undefined;
      },
    });
    expect(await authFetch(`${HERE}/a`)).toBe(endless);
    expect(seen).toEqual([undefined]);
  });

  it.each([
    'application/json; charset=utf-8',
    'application/problem+json',
    'application/json-patch+json',
    'TEXT/X-JSON',
    '',
  ])('is parsed as JSON for classify when its type is %j', async (type) => {
    const seen: unknown[] = [];
    const classify = async (response: { json(): Promise<unknown> }): Promise<undefined> => {
      seen.push(await response.json());
    };
    const response = new Response(new TextEncoder().encode('{"a":1}'), {
      headers: type ? { 'content-type': type } : {},
    });
    await createAuthFetch('token', { ...OPTIONS, classify, fetch: stub(response).fetch })(
      `${HERE}/a`,
    );
    expect(seen).toEqual([{ a: 1 }]);
  });

  it('is undefined to classify when it is no JSON', async () => {
    const seen: unknown[] = [];
    const classify = async (response: { json(): Promise<unknown> }): Promise<undefined> => {
      seen.push(await response.json());
    };
    const authFetch = createAuthFetch('token', {
      ...OPTIONS,
      classify,
      fetch: stub(new Response('<html>', { headers: { 'content-type': 'application/json' } }))
        .fetch,
    });
    expect(await (await authFetch(`${HERE}/a`)).text()).toBe('<html>');
    expect(seen).toEqual([undefined]);
  });
});

describe('after a replay it is still what fetch promises:', () => {
  const authFetch = (path: string, init?: RequestInit): Promise<Response> =>
    createAuthFetch(source(), { origins: [api.origin] })(api.origin + path, init);

  it('redirect: manual gives the redirect, with its Location', async () => {
    const authorized = createAuthFetch('good', { origins: [api.origin] });
    const response = await authorized(`${api.origin}/redirect?to=/echo`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location'), api.requests.length]).toEqual([
      302,
      '/echo',
      1,
    ]);
  });

  it('redirect: error rejects with fetch’s own TypeError', async () => {
    await expect(authFetch('/redirect?to=/echo', { redirect: 'error' })).rejects.toMatchObject({
      name: 'TypeError',
    });
    expect(api.requests.length).toBe(1);
  });

  it('redirect: follow says where it ended', async () => {
    const response = await authFetch('/redirect?to=/echo');
    expect([response.status, response.redirected, response.url]).toEqual([
      200,
      true,
      `${api.origin}/echo`,
    ]);
    // The refused answer came from behind the redirect, of the same origin: the whole way is gone once more.
    expect(api.requests.map(({ path, authorization }) => `${path} ${authorization}`)).toEqual([
      '/redirect Bearer old',
      '/echo Bearer old',
      '/redirect Bearer good',
      '/echo Bearer good',
    ]);
  });

  it('the answer can be cloned, and read as a stream', async () => {
    const response = await authFetch('/echo');
    const copy = response.clone();
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual(await copy.json());
  });

  it('keepalive and a signal go along with both sends', async () => {
    const { calls, fetch } = stub(new Response('', { status: 401 }));
    const { signal } = new AbortController();
    await createAuthFetch(source(), { ...OPTIONS, fetch })(`${HERE}/a`, {
      keepalive: true,
      signal,
    });
    expect(calls.map(([, init]) => [init?.keepalive, init?.signal === signal])).toEqual([
      [true, true],
      [true, true],
    ]);
  });
});
