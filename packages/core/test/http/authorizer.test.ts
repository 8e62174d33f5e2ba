import { describe, expect, it } from '@jest/globals';
import { createAuthorizer, explain, type Signature } from '../../src/http/authorizer.ts';
import type { ApiResponse, AuthOptions } from '../../src/http/options.ts';
import { TokenError, tokenErrorOf } from '../../src/errors/errors.ts';
import type { TokenSource } from '../../src/source.ts';

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
    url: URL_,
    signal,
  });
  if (!signature) throw new Error('not signed');
  return signature;
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
    expect((await createAuthorizer('token', OPTIONS)({ url })) !== undefined).toBe(expected);
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
    await authorize({ url: URL_ });
    expect((await authorize({ url: URL_, authorization })) !== undefined).toBe(expected);
  });

  it('a promise that the source gives once more is not waited for once more', async () => {
    const ready = Promise.resolve({ accessToken: 'one' });
    let next: Promise<{ accessToken: string }> = ready;
    const authorize = createAuthorizer(
      source({ issued: () => true, getToken: () => next }),
      OPTIONS,
    );
    await authorize({ url: URL_ });
    expect(authorize({ url: URL_ })).toMatchObject({ authorization: 'Bearer one' });
    const reason = new Error('enough');
    await expect(authorize({ url: URL_, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    next = Promise.resolve({ accessToken: 'two' });
    expect((await authorize({ url: URL_ }))?.authorization).toBe('Bearer two');
    expect(
      (await authorize({ url: URL_, tokens: source({ getToken: () => ready }) }))?.authorization,
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
    expect(await authorize({ url: URL_ })).toBeUndefined();
  });

  it('a source that knows its tokens is asked, and not remembered for', async () => {
    const authorize = createAuthorizer(
      source({ issued: (token) => token === 'long-ago' }),
      OPTIONS,
    );
    expect((await authorize({ url: URL_ }))?.authorization).toBe('Bearer one');
    expect((await authorize({ url: URL_, authorization: 'Bearer long-ago' }))?.authorization).toBe(
      'Bearer one',
    );
    expect(await authorize({ url: URL_, authorization: 'Bearer one' })).toBeUndefined();
  });

  it('a stale token of the attached source gives way to the source of the request', async () => {
    const authorize = createAuthorizer(source({ issued: (token) => token === 'stale' }), OPTIONS);
    expect(
      (await authorize({ url: URL_, authorization: 'Bearer stale', tokens: 'own' }))?.authorization,
    ).toBe('Bearer own');
    expect(
      await authorize({ url: URL_, authorization: 'Bearer other', tokens: 'own' }),
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
    const first = await authorize({ url: URL_ });
    await first?.judge(answer(), true);
    expect(await authorize({ url: URL_, authorization: 'Bearer replacement' })).toBeDefined();
    expect(await authorize({ url: URL_, authorization: 'Bearer t0' })).toBeDefined();
    for (let round = 0; round < 64; round++) await authorize({ url: URL_ });
    expect(await authorize({ url: URL_, authorization: 'Bearer t0' })).toBeUndefined();
    expect(await authorize({ url: URL_, authorization: `Bearer t${count - 1}` })).toBeDefined();
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
      (await signed(source({ getToken: async () => ({ accessToken: 'one', tokenType }) })))
        .authorization,
    ).toBe(expected);
  });

  it('notices when only the type has changed', async () => {
    let tokenType = 'Bearer';
    const authorize = createAuthorizer(
      source({ getToken: async () => ({ accessToken: 'one', tokenType }) }),
      OPTIONS,
    );
    expect((await authorize({ url: URL_ }))?.authorization).toBe('Bearer one');
    tokenType = 'DPoP';
    expect((await authorize({ url: URL_ }))?.authorization).toBe('DPoP one');
  });

  it('never with a token that no header may carry, whoever gives it', async () => {
    await expect(
      signed(source({ getToken: async () => ({ accessToken: 'a\r\nX-Evil: 1' }) })),
    ).rejects.toMatchObject({
      code: 'ERR_REFRESH_ANSWER',
    });
    const { judge } = await signed(
      source({ replaceRejected: async () => ({ accessToken: 'a b' }) }),
    );
    await expect(judge(answer(), true)).rejects.toMatchObject({ code: 'ERR_REFRESH_ANSWER' });
  });

  it('not at all while nobody is signed in; a stale header of ours is taken off', async () => {
    const tokens = source({
      getToken: async () => undefined,
      issued: (token) => token === 'stale',
    });
    const authorize = createAuthorizer(tokens, OPTIONS);
    expect(await authorize({ url: URL_ })).toBeUndefined();
    const bare = await authorize({ url: URL_, authorization: 'Bearer stale' });
    expect(bare?.authorization).toBeUndefined();
    expect(bare?.judge(answer(), true)).toBeUndefined();
  });

  it('not when the request is the refresh itself', async () => {
    const reentrant = new TokenError('ERR_REENTRANT');
    expect(
      await createAuthorizer(
        source({ getToken: () => Promise.reject(reentrant) }),
        OPTIONS,
      )({ url: URL_ }),
    ).toBeUndefined();
  });

  it('or rejects with what the source rejects with', async () => {
    const error = new TokenError('ERR_WAIT_LIMIT');
    await expect(signed(source({ getToken: () => Promise.reject(error) }))).rejects.toBe(error);
  });
});

describe('what a refusal leads to', () => {
  it('one replay with another token', async () => {
    const asked: unknown[] = [];
    const { signal } = new AbortController();
    const { judge } = await signed(
      source({
        async replaceRejected(...request) {
          asked.push(request);
          return { accessToken: 'two', tokenType: 'bearer' };
        },
      }),
      {},
      signal,
    );
    expect(await judge(answer(), true)).toEqual({ replay: 'Bearer two' });
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
    const { judge } = await signed(source({ replaceRejected: async () => void asked++ }));
    await judge(answer(), false);
    expect(asked).toBe(1);
  });

  it('no question to the source for a 401 from another origin', async () => {
    let asked = 0;
    const { judge } = await signed(source({ replaceRejected: async () => void asked++ }));
    await judge(answer(401, 'https://other.example/a'), true);
    expect(asked).toBe(0);
  });

  it('the 401 with a cause when somebody has to sign in, the error itself otherwise', async () => {
    const ended = new TokenError('ERR_SESSION_ENDED');
    expect(
      await (await signed(source({ replaceRejected: () => Promise.reject(ended) }))).judge(
        answer(),
        true,
      ),
    ).toEqual({ cause: ended });
    for (const error of [
      new TokenError('ERR_REFRESH_UNAVAILABLE'),
      new TokenError('ERR_REFRESH_CONFIGURATION'),
      new Error('odd'),
    ]) {
      await expect(
        (await signed(source({ replaceRejected: () => Promise.reject(error) }))).judge(
          answer(),
          true,
        ),
      ).rejects.toBe(error);
    }
  });

  it('the abort reason at once, even if isRejected never answers', async () => {
    const controller = new AbortController();
    const { judge } = await signed(
      source(),
      { isRejected: () => new Promise(() => undefined) },
      controller.signal,
    );
    const judged = judge(answer(), true);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(judged).rejects.toBe(reason);
  });

  it('the abort reason at once, even if the source takes no notice', async () => {
    const controller = new AbortController();
    const { judge } = await signed(
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
    const { judge } = await signed(source());
    expect(judge(answer(200), true)).toBeUndefined();
    expect(judge(answer(403), true)).toBeUndefined();
  });

  it('what isRejected says, at once or later; its error is the caller’s', async () => {
    const { judge } = await signed(source(), { isRejected: async ({ status }) => status === 419 });
    expect(await judge(answer(419), true)).toEqual({ replay: 'Bearer two' });
    expect(await judge(answer(401), true)).toEqual({});
    const broken = new Error('broken');
    await expect(
      (await signed(source(), { isRejected: () => Promise.reject(broken) })).judge(answer(), true),
    ).rejects.toBe(broken);
  });
});

it('a waiter’s abort is prompt, even if the source takes no notice', async () => {
  const controller = new AbortController();
  const signing = createAuthorizer(
    source({ getToken: () => new Promise(() => undefined) }),
    OPTIONS,
  )({ url: URL_, signal: controller.signal });
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
  )({ url: URL_, signal: controller.signal });
  controller.abort(reason);
  await expect(signing).rejects.toBe(reason);
});

it('a signal without a reason, as polyfills have it, is an AbortError', async () => {
  const signal = Object.assign(new EventTarget(), { aborted: true }) as AbortSignal;
  const signing = createAuthorizer(
    source({ getToken: () => new Promise(() => undefined) }),
    OPTIONS,
  )({ url: URL_, signal });
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
    expect(await createAuthorizer(nobody, OPTIONS)({ url: URL_ })).toBeUndefined();
  });

  it('a request is an error that says so, where that is wanted', async () => {
    const authorize = createAuthorizer(nobody, { ...OPTIONS, whenSignedOut: 'reject' });
    await expect(authorize({ url: URL_ })).rejects.toMatchObject({
      code: 'ERR_SIGNED_OUT',
      message: 'Nobody is signed in',
    });
    const sending = createAuthorizer(nobody, { ...OPTIONS, whenSignedOut: 'send' });
    expect(await sending({ url: URL_ })).toBeUndefined();
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
    )({ url: URL_, signal });
    expect(seen).toEqual([signal]);
  });

  it('is rejected with what its source throws at once', async () => {
    const error = new TokenError('ERR_CLOSED');
    const throwing = source({
      getToken() {
        throw error;
      },
    });
    await expect(createAuthorizer(throwing, OPTIONS)({ url: URL_ })).rejects.toBe(error);
  });

  it('with tokens: false goes out untouched', () => {
    expect(createAuthorizer(source(), OPTIONS)({ url: URL_, tokens: false })).toBeUndefined();
  });

  it('whose header has more white space than it should is recognised all the same; one with three words is not ours', async () => {
    const authorize = createAuthorizer(source(), OPTIONS);
    await authorize({ url: URL_ });
    expect(await authorize({ url: URL_, authorization: '  Bearer \t one ' })).toBeDefined();
    expect(authorize({ url: URL_, authorization: 'Bearer one two' })).toBeUndefined();
    expect(authorize({ url: URL_, authorization: 'Bearer two one' })).toBeUndefined();
  });
});

it('an answer from the origin that was asked is repaired, one from another origin is not', async () => {
  const { judge } = await signed(source());
  expect(await judge(answer(401, `${URL_}?page=2`), true)).toEqual({ replay: 'Bearer two' });
  expect(await judge(answer(401, 'https://elsewhere.example/a'), true)).toEqual({});
});

it.each([
  ['bearer', 'Bearer'],
  ['BEARER', 'Bearer'],
  ['DPoP', 'DPoP'],
  ['xBearer', 'xBearer'],
  ['BearerX', 'BearerX'],
])('a token of the type %s is sent as %s', async (tokenType, scheme) => {
  const { authorization } = await signed(
    source({ getToken: async () => ({ accessToken: 'one', tokenType }) }),
  );
  expect(authorization).toBe(`${scheme} one`);
});

it.each([
  ['insufficient_scope', false],
  ['use_dpop_nonce', false],
  ['invalid_token', true],
  ['not_insufficient_scope', true],
  ['use_dpop_nonce_please', true],
])('a 401 whose challenge says %s: refused, %s', async (error, refused) => {
  const { judge } = await signed(source());
  const headers = new Headers({ 'www-authenticate': `Bearer error="${error}"` });
  expect(await judge({ ...answer(), headers }, true)).toEqual(
    refused ? { replay: 'Bearer two' } : undefined,
  );
});
