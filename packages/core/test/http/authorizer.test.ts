import { describe, expect, it } from '@jest/globals';
import { createAuthorizer, explain } from '../../src/http/authorizer.ts';
import { TokenError, tokenErrorOf } from '../../src/errors/errors.ts';
import type { RequestEvent, TokenSource } from '../../src/source.ts';
import { answer, OPTIONS, source, URL_ } from '../support/authorizing.ts';

it('a waiter’s abort is prompt, even if the source takes no notice', async () => {
  const controller = new AbortController();
  const signing = createAuthorizer(
    source({ getToken: () => new Promise(() => undefined) }),
    OPTIONS,
  )({ method: 'GET', url: URL_, signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(signing).rejects.toBe(reason);
});

it.each<[string, unknown]>([
  ['an error', new Error('enough')],
  ['text', 'enough'],
  ['null', null],
])('the reason of an abort is handed on as it is: %s', async (_name, reason) => {
  const controller = new AbortController();
  const signing = createAuthorizer(
    source({ getToken: () => new Promise(() => undefined) }),
    OPTIONS,
  )({ method: 'GET', url: URL_, signal: controller.signal });
  controller.abort(reason);
  await expect(signing).rejects.toBe(reason);
});

it('a signal without a reason, as polyfills have it, is an AbortError', async () => {
  const signal = Object.assign(new EventTarget(), { aborted: true }) as AbortSignal;
  const signing = createAuthorizer(
    source({ getToken: () => new Promise(() => undefined) }),
    OPTIONS,
  )({ method: 'GET', url: URL_, signal });
  await expect(signing).rejects.toMatchObject({
    name: 'AbortError',
    message: 'This operation was aborted',
  });
});

it('explain attaches an error where tokenErrorOf finds it and nobody else looks', () => {
  const response = new Response();
  const error = new TokenError('ERR_SESSION_ENDED');
  explain(response, error);
  expect(tokenErrorOf(response)).toBe(error);
  expect(Object.keys(response)).toEqual(Object.keys(new Response()));
});

it('explain puts the latest error in the place of an earlier one', () => {
  const response = new Response();
  explain(response, new TokenError('ERR_SESSION_ENDED'));
  const latest = new TokenError('ERR_SIGNED_OUT');
  explain(response, latest);
  expect(tokenErrorOf(response)).toBe(latest);
});

it('what explain attaches can be written over, as `cause` can', () => {
  const response = new Response();
  explain(response, new TokenError('ERR_SESSION_ENDED'));
  const other = new Error('their own');
  expect(Object.assign(response, { cause: other }).cause).toBe(other);
});

describe('a header with a token that no source knows, before a source was read', () => {
  const request = { method: 'GET', url: URL_, carried: 'Bearer other' };
  const failing = (why: TokenError) =>
    createAuthorizer(source({ getToken: () => Promise.reject(why) }), OPTIONS);

  it('is the caller’s own where the source cannot be asked', async () => {
    expect(await failing(new TokenError('ERR_REFRESH_UNAVAILABLE'))(request)).toBeUndefined();
  });

  it('is not told of where the request is one that the source makes itself', async () => {
    const events: RequestEvent[] = [];
    const reentrant = source({
      getToken: () => Promise.reject(new TokenError('ERR_REENTRANT')),
      report: (event) => void events.push(event),
    });
    expect(await createAuthorizer(reentrant, OPTIONS)(request)).toBeUndefined();
    expect(events).toEqual([]);
  });

  it('waits for nobody who leaves', async () => {
    const controller = new AbortController();
    const waiting = createAuthorizer(
      source({ getToken: () => new Promise(() => undefined) }),
      OPTIONS,
    )({ ...request, signal: controller.signal });
    const reason = new TokenError('ERR_CLOSED');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe('while nobody is signed in', () => {
  const nobody = source({ getToken: async () => undefined });

  it('a request goes out untouched', async () => {
    expect(await createAuthorizer(nobody, OPTIONS)({ method: 'GET', url: URL_ })).toBeUndefined();
  });

  it('a request is an error that says so, where that is wanted', async () => {
    const authorize = createAuthorizer(nobody, { ...OPTIONS, whenSignedOut: 'reject' });
    await expect(authorize({ method: 'GET', url: URL_ })).rejects.toMatchObject({
      code: 'ERR_SIGNED_OUT',
      message: 'Nobody is signed in (GET https://api.example.com)',
    });
    const sending = createAuthorizer(nobody, { ...OPTIONS, whenSignedOut: 'send' });
    expect(await sending({ method: 'GET', url: URL_ })).toBeUndefined();
  });

  it('says what is wrong with another wish', () => {
    expect(() => createAuthorizer(nobody, { ...OPTIONS, whenSignedOut: 'throw' as never })).toThrow(
      /^whenSignedOut: /,
    );
  });
});

describe('a request', () => {
  it('hands its signal to the source', async () => {
    const seen: unknown[] = [];
    const { signal } = new AbortController();
    await createAuthorizer(
      source({ getToken: async (wait) => void seen.push(wait?.signal) }),
      OPTIONS,
    )({ method: 'GET', url: URL_, signal });
    expect(seen).toEqual([signal]);
  });

  it.each(['authorization', 'Authorization', undefined])(
    'has the scheme where the header is %s',
    async (header) => {
      const signature = await createAuthorizer(source(), { ...OPTIONS, header })({
        method: 'GET',
        url: URL_,
      });
      expect(signature?.headers).toEqual({ Authorization: 'Bearer one' });
    },
  );

  it('is rejected with what its source throws at once', async () => {
    const error = new TokenError('ERR_CLOSED');
    const throwing = source({
      getToken() {
        throw error;
      },
    });
    const rejected = createAuthorizer(throwing, OPTIONS)({ method: 'GET', url: URL_ });
    await expect(rejected).rejects.toMatchObject({ code: 'ERR_CLOSED', cause: error });
  });

  it('with tokens: false goes out untouched', () => {
    expect(
      createAuthorizer(source(), OPTIONS)({ method: 'GET', url: URL_, tokens: false }),
    ).toBeUndefined();
  });

  it('whose header has more white space than it should is recognised all the same; one with three words is not ours', async () => {
    const authorize = createAuthorizer(source(), OPTIONS);
    await authorize({ method: 'GET', url: URL_ });
    expect(
      await authorize({ method: 'GET', url: URL_, carried: '  Bearer \t one ' }),
    ).toBeDefined();
    expect(authorize({ method: 'GET', url: URL_, carried: 'Bearer one two' })).toBeUndefined();
    expect(authorize({ method: 'GET', url: URL_, carried: 'Bearer two one' })).toBeUndefined();
  });
});

describe('what the source is told of requests', () => {
  const told = (over: Partial<TokenSource> = {}): TokenSource & { events: RequestEvent[] } => {
    const events: RequestEvent[] = [];
    return { ...source({ report: (event) => void events.push(event), ...over }), events };
  };
  const about = { method: 'PUT', origin: 'https://api.example.com' };
  const replayed = async (tokens: TokenSource, first: number, status?: number): Promise<void> => {
    const authorize = createAuthorizer(tokens, {
      ...OPTIONS,
      classify: (response) => (response.status === 419 ? 'rejected' : undefined),
    });
    const signature = await authorize({ method: 'PUT', url: `${URL_}?secret=1` });
    (await signature?.judge(answer(first), true))?.replayed?.(status);
  };

  it.each([
    [401, 200, 'accepted'],
    [401, 404, 'accepted'],
    [401, 401, 'rejected'],
    [419, 419, 'rejected'],
    [419, 401, 'rejected'],
    [401, undefined, 'failed'],
  ] as const)('replayed: %s, then %s, is %s', async (first, status, outcome) => {
    const tokens = told();
    await replayed(tokens, first, status);
    expect(tokens.events).toEqual([{ type: 'replayed', ...about, status, outcome }]);
  });

  it('notReplayed: there is a new token, and the body is gone', async () => {
    const tokens = told();
    const authorize = createAuthorizer(tokens, OPTIONS);
    const signature = await authorize({ method: 'PUT', url: URL_ });
    await signature?.judge(answer(), false);
    (await signature?.judge(answer(), true))?.notReplayed?.();
    expect(tokens.events).toEqual([
      { type: 'notReplayed', ...about },
      { type: 'notReplayed', ...about },
    ]);
  });

  it('nothing where there is no new token', async () => {
    const tokens = told({ replaceRejected: async () => undefined });
    const signature = await createAuthorizer(tokens, OPTIONS)({ method: 'PUT', url: URL_ });
    await signature?.judge(answer(), false);
    expect(tokens.events).toEqual([]);
  });

  it('unsigned, once for each origin that is not listed or whose header is not ours, and why', async () => {
    const tokens = told({ issued: () => false });
    const authorize = createAuthorizer(tokens, { origins: ['https://api.example.com'] });
    for (let round = 0; round < 2; round++) {
      await authorize({ method: 'GET', url: 'http://localhost:3000/a?secret=1' });
      await authorize({ method: 'GET', url: 'https://other.example/', tokens: false });
      await authorize({ method: 'GET', url: URL_, carried: 'Bearer other' });
    }
    expect(tokens.events).toEqual([
      { type: 'unsigned', why: 'origin', origin: 'http://localhost:3000' },
      { type: 'unsigned', why: 'header', origin: 'https://api.example.com' },
    ]);
  });

  it('unsigned, because of a header of which a source says that it is not its own', async () => {
    const tokens = Object.assign(told({ issued: () => false }), { status: 'unknown' });
    const request = { method: 'GET', url: URL_, carried: 'Bearer other' };
    expect(await createAuthorizer(tokens, OPTIONS)(request)).toBeUndefined();
    expect(tokens.events).toEqual([
      { type: 'unsigned', why: 'header', origin: 'https://api.example.com' },
    ]);
  });

  it('nothing of a URL without an origin, or with one of its own scheme', async () => {
    const tokens = told();
    const authorize = createAuthorizer(tokens, OPTIONS);
    await authorize({ method: 'GET', url: '/a' });
    await authorize({ method: 'GET', url: 'data:text/plain,a' });
    expect(tokens.events).toEqual([]);
  });

  it('unsigned, for 100 origins at the most', async () => {
    const tokens = told();
    const authorize = createAuthorizer(tokens, OPTIONS);
    for (let n = 0; n < 150; n++) await authorize({ method: 'GET', url: `https://n${n}.example/` });
    expect(tokens.events.length).toBe(100);
  });

  it('and if it fails over it, the request goes on', async () => {
    const tokens = told({
      report() {
        throw new Error('broken');
      },
    });
    await expect(replayed(tokens, 401, 200)).resolves.toBeUndefined();
  });
});

describe('the default of origins', () => {
  it('is the origin of the base URL, also when that is changed later', async () => {
    let base = 'https://api.example.com/v1';
    const authorize = createAuthorizer('token', {}, () => base);
    const signed = (url: string): boolean => authorize({ method: 'GET', url }) !== undefined;
    expect([URL_, 'https://other.example/'].map(signed)).toEqual([true, false]);
    base = 'https://other.example';
    expect([URL_, 'https://other.example/'].map(signed)).toEqual([false, true]);
    base = 'http://other.example';
    expect(() => signed(URL_)).toThrow(/"http:\/\/other\.example" is not encrypted/);
  });

  it('gives way to a list', () => {
    const authorize = createAuthorizer('token', OPTIONS, 'http://ignored.example');
    expect(authorize({ method: 'GET', url: 'http://ignored.example/' })).toBeUndefined();
  });
});
