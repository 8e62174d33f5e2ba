import { describe, expect, it, jest } from '@jest/globals';
import { createAuthorizer, explain } from '../../src/http/authorizer.ts';
import type { Signature } from '../../src/http/signature.ts';
import type { ApiResponse, AuthOptions } from '../../src/http/options.ts';
import { TokenError, tokenErrorOf } from '../../src/errors/errors.ts';
import type { RequestEvent, TokenSource } from '../../src/source.ts';

const URL_ = 'https://api.example.com/a';
const OPTIONS: AuthOptions = { origins: ['https://api.example.com'] };
const source = (over: Partial<TokenSource> = {}): TokenSource => ({
  getToken: async () => ({ accessToken: 'one' }),
  replaceRejected: async () => ({ accessToken: 'two' }),
  ...over,
});
const answer = (status = 401, url = ''): ApiResponse => ({
  url,
  status,
  headers: new Headers(),
  json: async () => undefined,
});
const signed = async (
  tokens: TokenSource,
  options: Partial<AuthOptions> = {},
  signal?: AbortSignal,
): Promise<Signature> => {
  const signature = await createAuthorizer(tokens, { ...OPTIONS, ...options })({
    method: 'GET',
    url: URL_,
    signal,
  });
  if (!signature) throw new Error('not signed');
  return signature;
};
/** What becomes of an answer to a request that was signed so. */
const judging = async (...how: Parameters<typeof signed>): Promise<Signature['judge']> => {
  const signature = await signed(...how);
  return (response, replayable) => signature.judge(response, replayable);
};
const caught = async (promise: Promise<unknown> | undefined): Promise<unknown> => {
  try {
    return await promise;
  } catch (error) {
    return error;
  }
};

describe('whether a request is signed', () => {
  it.each<[string, string, boolean]>([
    ['an allowed origin', 'https://api.example.com/a', true],
    ['its bare form', 'https://api.example.com', true],
    ['a query right after it', 'https://api.example.com?a', true],
    ['other case', 'HTTPS://API.example.com/a', true],
    ['its default port', 'https://api.example.com:443/a', true],
    ['another port', 'https://api.example.com:8443/a', false],
    ['http', 'http://api.example.com/a', false],
    ['a subdomain', 'https://x.api.example.com/a', false],
    ['a longer name', 'https://api.example.com.evil.example/a', false],
    ['user info', 'https://api.example.com@evil.example/a', false],
    ['a backslash', 'https://api.example.com\\@evil.example/a', false],
    ['a relative URL without a page', '/a', false],
  ])('%s: %j, %s', async (_name, url, expected) => {
    expect((await createAuthorizer('token', OPTIONS)({ method: 'GET', url })) !== undefined).toBe(
      expected,
    );
  });

  it.each<[string, string | null | undefined, Partial<AuthOptions>, boolean]>([
    ['none', undefined, {}, true],
    ['null', null, {}, true],
    ['an empty one', '', {}, true],
    ['a token of ours', 'Bearer one', {}, true],
    ['a token of ours under another scheme', 'token one', {}, true],
    ['a token that is not ours', 'Bearer other', {}, false],
    ['Basic', 'Basic abc', {}, false],
    ['a bare token of ours', 'one', {}, false],
    ['a token of ours in a list', ['Bearer one'] as unknown as string, {}, true],
    ['a token that is not ours, in a list', ['Bearer other'] as unknown as string, {}, false],
    ['a number', 5 as unknown as string, {}, false],
    [
      'a token that is not ours, to be overwritten',
      'Bearer other',
      { overwriteHeader: true },
      true,
    ],
  ])('Authorization: %s', async (_name, authorization, options, expected) => {
    const authorize = createAuthorizer(source(), { ...OPTIONS, ...options });
    await authorize({ method: 'GET', url: URL_ });
    expect(
      (await authorize({ method: 'GET', url: URL_, carried: authorization })) !== undefined,
    ).toBe(expected);
  });

  it('a promise that the source gives once more is not waited for once more', async () => {
    const ready = Promise.resolve({ accessToken: 'one' });
    let next: Promise<{ accessToken: string }> = ready;
    const authorize = createAuthorizer(
      source({ issued: () => true, getToken: () => next }),
      OPTIONS,
    );
    await authorize({ method: 'GET', url: URL_ });
    expect(authorize({ method: 'GET', url: URL_ })).toMatchObject({
      headers: { Authorization: 'Bearer one' },
    });
    const reason = new Error('enough');
    await expect(
      authorize({ method: 'GET', url: URL_, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    next = Promise.resolve({ accessToken: 'two' });
    expect((await authorize({ method: 'GET', url: URL_ }))?.headers['Authorization']).toBe(
      'Bearer two',
    );
    expect(
      (await authorize({ method: 'GET', url: URL_, tokens: source({ getToken: () => ready }) }))
        ?.headers['Authorization'],
    ).toBe('Bearer one');
  });

  it('what a source throws at once is taken for a rejection', async () => {
    const authorize = createAuthorizer(
      source({
        getToken() {
          throw new TokenError('ERR_REENTRANT');
        },
      }),
      OPTIONS,
    );
    expect(await authorize({ method: 'GET', url: URL_ })).toBeUndefined();
  });

  it('a source that knows its tokens is asked, and not remembered for', async () => {
    const authorize = createAuthorizer(
      source({ issued: (token) => token === 'long-ago' }),
      OPTIONS,
    );
    expect((await authorize({ method: 'GET', url: URL_ }))?.headers['Authorization']).toBe(
      'Bearer one',
    );
    expect(
      (await authorize({ method: 'GET', url: URL_, carried: 'Bearer long-ago' }))?.headers[
        'Authorization'
      ],
    ).toBe('Bearer one');
    expect(await authorize({ method: 'GET', url: URL_, carried: 'Bearer one' })).toBeUndefined();
  });

  it('a stale token of the attached source gives way to the source of the request', async () => {
    const authorize = createAuthorizer(source({ issued: (token) => token === 'stale' }), OPTIONS);
    expect(
      (await authorize({ method: 'GET', url: URL_, carried: 'Bearer stale', tokens: 'own' }))
        ?.headers['Authorization'],
    ).toBe('Bearer own');
    expect(
      await authorize({ method: 'GET', url: URL_, carried: 'Bearer other', tokens: 'own' }),
    ).toBeUndefined();
  });

  it('remembers the latest 64 tokens of a source that does not, those given in place of others too', async () => {
    let count = 0;
    const authorize = createAuthorizer(
      source({
        getToken: async () => ({ accessToken: `t${count++}` }),
        replaceRejected: async () => ({ accessToken: 'replacement' }),
      }),
      OPTIONS,
    );
    const first = await authorize({ method: 'GET', url: URL_ });
    await first?.judge(answer(), true);
    expect(
      await authorize({ method: 'GET', url: URL_, carried: 'Bearer replacement' }),
    ).toBeDefined();
    expect(await authorize({ method: 'GET', url: URL_, carried: 'Bearer t0' })).toBeDefined();
    for (let round = 0; round < 64; round++) await authorize({ method: 'GET', url: URL_ });
    expect(await authorize({ method: 'GET', url: URL_, carried: 'Bearer t0' })).toBeUndefined();
    expect(
      await authorize({ method: 'GET', url: URL_, carried: `Bearer t${count - 1}` }),
    ).toBeDefined();
  });
});

describe('what it is signed with', () => {
  it.each<[string | undefined, string]>([
    [undefined, 'Bearer one'],
    ['bearer', 'Bearer one'],
    ['BEARER', 'Bearer one'],
    ['DPoP', 'DPoP one'],
  ])('type %s: %s', async (tokenType, expected) => {
    expect(
      (await signed(source({ getToken: async () => ({ accessToken: 'one', tokenType }) }))).headers[
        'Authorization'
      ],
    ).toBe(expected);
  });

  it('notices when only the type has changed', async () => {
    let tokenType = 'Bearer';
    const authorize = createAuthorizer(
      source({ getToken: async () => ({ accessToken: 'one', tokenType }) }),
      OPTIONS,
    );
    expect((await authorize({ method: 'GET', url: URL_ }))?.headers['Authorization']).toBe(
      'Bearer one',
    );
    tokenType = 'DPoP';
    expect((await authorize({ method: 'GET', url: URL_ }))?.headers['Authorization']).toBe(
      'DPoP one',
    );
  });

  it('never with a token that no header may carry, whatever source gives it', async () => {
    await expect(
      signed(source({ getToken: async () => ({ accessToken: 'a\r\nX-Evil: 1' }) })),
    ).rejects.toMatchObject({
      code: 'ERR_REFRESH_ANSWER',
    });
    const judge = await judging(source({ replaceRejected: async () => ({ accessToken: 'a b' }) }));
    await expect(judge(answer(), true)).rejects.toMatchObject({ code: 'ERR_REFRESH_ANSWER' });
  });

  it('not at all while nobody is signed in; a stale header of ours is taken off', async () => {
    const tokens = source({
      getToken: async () => undefined,
      issued: (token) => token === 'stale',
    });
    const authorize = createAuthorizer(tokens, OPTIONS);
    expect(await authorize({ method: 'GET', url: URL_ })).toBeUndefined();
    const bare = await authorize({ method: 'GET', url: URL_, carried: 'Bearer stale' });
    expect(bare?.headers['Authorization']).toBeUndefined();
    expect(bare?.judge(answer(), true)).toBeUndefined();
  });

  it('not when the request is the refresh itself', async () => {
    const reentrant = new TokenError('ERR_REENTRANT');
    expect(
      await createAuthorizer(
        source({ getToken: () => Promise.reject(reentrant) }),
        OPTIONS,
      )({ method: 'GET', url: URL_ }),
    ).toBeUndefined();
  });

  it('or rejects with what the source rejects with', async () => {
    const cause = new TokenError('ERR_WAIT_LIMIT');
    await expect(signed(source({ getToken: () => Promise.reject(cause) }))).rejects.toMatchObject({
      code: 'ERR_WAIT_LIMIT',
      cause,
    });
    const odd = new Error('odd');
    await expect(signed(source({ getToken: () => Promise.reject(odd) }))).rejects.toBe(odd);
  });
});

describe('what a refusal leads to', () => {
  it('one replay with another token', async () => {
    const asked: unknown[] = [];
    const { signal } = new AbortController();
    const judge = await judging(
      source({
        async replaceRejected(...request) {
          asked.push(request);
          return { accessToken: 'two', tokenType: 'bearer' };
        },
      }),
      {},
      signal,
    );
    expect(await judge(answer(), true)).toMatchObject({ replay: { Authorization: 'Bearer two' } });
    expect(asked).toEqual([['one', { signal }]]);
  });

  it.each<[string, Partial<TokenSource>, ApiResponse, boolean]>([
    ['there is nothing better', { replaceRejected: async () => undefined }, answer(), true],
    [
      'it would be the same token',
      { replaceRejected: async () => ({ accessToken: 'one' }) },
      answer(),
      true,
    ],
    ['the body is gone', {}, answer(), false],
    ['it came from another origin', {}, answer(401, 'https://other.example/a'), true],
    ['it came from an origin in doubt', {}, answer(401, 'https://a@api.example.com/a'), true],
  ])('the 401 itself when %s', async (_name, over, response, replayable) => {
    expect(await (await signed(source(over))).judge(response, replayable)).toEqual({});
  });

  it('a replacement for others, also when the body is gone', async () => {
    let asked = 0;
    const judge = await judging(source({ replaceRejected: async () => void asked++ }));
    await judge(answer(), false);
    expect(asked).toBe(1);
  });

  it('no question to the source for a 401 from another origin', async () => {
    let asked = 0;
    const judge = await judging(source({ replaceRejected: async () => void asked++ }));
    await judge(answer(401, 'https://other.example/a'), true);
    expect(asked).toBe(0);
  });

  it('the 401 with a cause when somebody has to sign in, or new tokens were refused as well, an error otherwise', async () => {
    const ended = new TokenError('ERR_SESSION_ENDED');
    expect(
      await (await signed(source({ replaceRejected: () => Promise.reject(ended) }))).judge(
        answer(),
        true,
      ),
    ).toEqual({ cause: ended });
    const limited = new TokenError('ERR_REFRESH_LIMIT');
    const limiting = await signed(source({ replaceRejected: () => Promise.reject(limited) }));
    expect(await limiting.judge(answer(), true)).toEqual({ cause: limited });
    const failing = async (cause: Error): Promise<unknown> => {
      const judge = await judging(source({ replaceRejected: () => Promise.reject(cause) }));
      return caught(judge(answer(), true));
    };
    for (const code of ['ERR_REFRESH_UNAVAILABLE', 'ERR_REFRESH_CONFIGURATION'] as const) {
      const cause = new TokenError(code);
      expect(await failing(cause)).toMatchObject({ name: 'TokenError', code, cause });
    }
    const odd = new Error('odd');
    expect(await failing(odd)).toBe(odd);
  });

  it('the abort reason at once, even if classify never answers', async () => {
    const controller = new AbortController();
    const judge = await judging(
      source(),
      { classify: () => new Promise(() => undefined) },
      controller.signal,
    );
    const judged = judge(answer(), true);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(judged).rejects.toBe(reason);
  });

  it('the abort reason at once, even if the source takes no notice', async () => {
    const controller = new AbortController();
    const judge = await judging(
      source({ replaceRejected: () => new Promise(() => undefined) }),
      {},
      controller.signal,
    );
    const judged = judge(answer(), true);
    const reason = new TokenError('ERR_SESSION_ENDED');
    controller.abort(reason);
    await expect(judged).rejects.toBe(reason);
  });

  it('nothing for any other answer, without waiting', async () => {
    const judge = await judging(source());
    expect(judge(answer(200), true)).toBeUndefined();
    expect(judge(answer(403), true)).toBeUndefined();
  });

  it('what classify says of this answer to this request', async () => {
    const asked: unknown[] = [];
    const judge = await judging(source(), {
      classify: (response, request) => (asked.push(response.status, request), undefined),
    });
    expect(await judge(answer(401), true)).toMatchObject({ replay: {} });
    expect(judge(answer(419), true)).toBeUndefined();
    expect(asked).toEqual([401, 419].flatMap((status) => [status, { method: 'GET', url: URL_ }]));
    const accepting = await signed(source(), { classify: () => 'accepted' });
    expect(accepting.judge(answer(401), true)).toBeUndefined();
    const wrong = await signed(source(), { classify: () => true as never });
    await expect(wrong.judge(answer(401), true)).rejects.toThrow(
      new TypeError("classify: expected 'rejected', 'accepted' or undefined, got boolean"),
    );
    const falsy = await signed(source(), { classify: () => false as never });
    expect(await falsy.judge(answer(401), true)).toMatchObject({ replay: {} });
    const broken = new Error('broken');
    const throwing = await signed(source(), {
      classify() {
        throw broken;
      },
    });
    await expect(throwing.judge(answer(200), true)).rejects.toBe(broken);
  });

  it.each([
    [401, { replay: { Authorization: 'Bearer two' } }],
    [200, {}],
  ])(
    'what the standard says of a %i, where classify has said nothing for 10 s',
    async (status, expected) => {
      jest.useFakeTimers();
      try {
        const judge = await judging(source(), { classify: () => new Promise(() => undefined) });
        let verdict: unknown;
        const asked = Promise.resolve(judge(answer(status), true)).then(
          (found) => (verdict = found),
        );
        await jest.advanceTimersByTimeAsync(9999);
        expect(verdict).toBeUndefined();
        await jest.advanceTimersByTimeAsync(1);
        await asked;
        expect([verdict, jest.getTimerCount()]).toMatchObject([expected, 0]);
      } finally {
        jest.useRealTimers();
      }
    },
  );

  it('what classify says, at once or later; its error is the caller’s', async () => {
    const judge = await judging(source(), {
      classify: async ({ status }) => (status === 419 ? 'rejected' : 'accepted'),
    });
    expect(await judge(answer(419), true)).toMatchObject({
      replay: { Authorization: 'Bearer two' },
    });
    expect(await judge(answer(401), true)).toEqual({});
    const broken = new Error('broken');
    await expect(
      (await signed(source(), { classify: () => Promise.reject(broken) })).judge(answer(), true),
    ).rejects.toBe(broken);
  });
});

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

it('an answer from the origin that was asked is repaired, one from another origin is not', async () => {
  const judge = await judging(source());
  expect(await judge(answer(401, `${URL_}?page=2`), true)).toMatchObject({
    replay: { Authorization: 'Bearer two' },
  });
  expect(await judge(answer(401, 'https://elsewhere.example/a'), true)).toEqual({});
});

it.each([
  ['bearer', 'Bearer'],
  ['BEARER', 'Bearer'],
  ['DPoP', 'DPoP'],
  ['xBearer', 'xBearer'],
  ['BearerX', 'BearerX'],
])('a token of the type %s is sent as %s', async (tokenType, scheme) => {
  const { headers } = await signed(
    source({ getToken: async () => ({ accessToken: 'one', tokenType }) }),
  );
  expect(headers).toEqual({ Authorization: `${scheme} one` });
});

it.each([
  ['insufficient_scope', false],
  ['use_dpop_nonce', false],
  ['insufficient_user_authentication', false],
  ['insufficient_claims', false],
  ['invalid_token', true],
  ['not_insufficient_scope', true],
  ['use_dpop_nonce_please', true],
])('a 401 whose challenge says %s: refused, %s', async (error, refused) => {
  const judge = await judging(source());
  const headers = new Headers({ 'www-authenticate': `Bearer error="${error}"` });
  expect(await judge({ ...answer(), headers }, true)).toEqual(
    refused ? expect.objectContaining({ replay: { Authorization: 'Bearer two' } }) : undefined,
  );
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

it('a header of another name carries the token alone, and what it carries is recognised', async () => {
  const authorize = createAuthorizer(source(), { ...OPTIONS, header: 'X-Shopify-Access-Token' });
  const headers = { 'X-Shopify-Access-Token': 'one' };
  const sent = async (carried?: string): Promise<unknown> =>
    (await authorize({ method: 'GET', url: URL_, carried }))?.headers;
  expect(await sent()).toEqual(headers);
  expect(await sent('one')).toEqual(headers);
  expect(await sent('Bearer one')).toBeUndefined();
  expect(await sent('other')).toBeUndefined();
});
