import { describe, expect, it } from '@jest/globals';
import { createAuthorizer } from '../../src/http/authorizer.ts';
import type { AuthOptions } from '../../src/http/options.ts';
import { TokenError } from '../../src/errors/errors.ts';
import { answer, judging, OPTIONS, signed, source, URL_ } from '../support/authorizing.ts';

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
    expect(await authorize({ method: 'GET', url: URL_ })).toMatchObject({ isRefresh: true });
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
    ).toMatchObject({ headers: {}, isRefresh: true });
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
