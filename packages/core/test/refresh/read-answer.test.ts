import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/index.ts';
import { acceptCookies } from '../../src/refresh/cookie-answer.ts';
import { readAnswer } from '../../src/refresh/read-answer.ts';
import { testClock } from '../support/clock.ts';
import {
  axiosLike,
  fromNothing,
  ky2Like,
  kyLike,
  nest,
  NOW,
  oauth4webapiLike,
  of,
  plain,
  read,
} from '../support/read-answers.ts';

describe('an error of a refresh function', () => {
  const shapes = [
    ['axios', axiosLike],
    ['ky 2', ky2Like],
    ['hand-written', plain],
    ['node-fetch', (statusCode: number, data?: unknown) => ({ statusCode, data })],
    ['no Error at all', (status: number, data?: unknown) => ({ status, data })],
  ] as const;
  describe.each(shapes)('as %s throws it', (_, make) => {
    it.each([
      [400, 'invalid_grant', 'ERR_SESSION_ENDED', 'answered'],
      [401, 'invalid_grant', 'ERR_SESSION_ENDED', 'answered'],
      [401, undefined, 'ERR_SESSION_ENDED', 'answered'],
      [401, 'token_revoked', 'ERR_SESSION_ENDED', 'answered'],
      [401, 'invalid_client', 'ERR_REFRESH_CONFIGURATION', 'answered'],
      [400, 'invalid_client', 'ERR_REFRESH_CONFIGURATION', 'answered'],
      [400, 'unauthorized_client', 'ERR_REFRESH_CONFIGURATION', 'answered'],
      [400, 'unsupported_grant_type', 'ERR_REFRESH_CONFIGURATION', 'answered'],
      [400, 'invalid_scope', 'ERR_REFRESH_CONFIGURATION', 'answered'],
      [400, 'invalid_request', 'ERR_REFRESH_CONFIGURATION', 'answered'],
      [418, 'teapot', 'ERR_REFRESH_CONFIGURATION', 'answered'],
      [400, 'server_error', 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [200, 'temporarily_unavailable', 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [503, 'temporarily_unavailable', 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [429, undefined, 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [400, undefined, 'ERR_SESSION_ENDED', 'answered'],
      [403, undefined, 'ERR_SESSION_ENDED', 'answered'],
      [404, undefined, 'ERR_REFRESH_CONFIGURATION', 'answered'],
      [408, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [500, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [500, 'server_error', 'ERR_REFRESH_UNAVAILABLE', undefined],
      [502, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [503, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [504, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [200, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
    ] as const)('HTTP %d, %s, means %s, %s', async (status, error, code, delivery) => {
      const meaning = await of(
        make(status, error === undefined ? undefined : { error, error_description: 'a text' }),
      );
      expect(meaning).toBeInstanceOf(TokenError);
      expect({ code: meaning.code, delivery: meaning.delivery }).toEqual({ code, delivery });
    });
  });

  it.each([
    [400, 'invalid_grant', 'ERR_SESSION_ENDED'],
    [401, 'invalid_client', 'ERR_REFRESH_CONFIGURATION'],
    [400, 'invalid_request', 'ERR_REFRESH_CONFIGURATION'],
  ] as const)('as oauth4webapi throws it, HTTP %d %s, means %s', async (status, error, code) => {
    expect(await of(oauth4webapiLike(status, error))).toMatchObject({ code, delivery: 'answered' });
  });

  it('as ky 1 throws it, with a body that nobody has read, is judged by its status', async () => {
    expect((await of(kyLike(401))).code).toBe('ERR_SESSION_ENDED');
    expect((await of(kyLike(404))).code).toBe('ERR_REFRESH_CONFIGURATION');
  });

  it.each([
    [
      'a network error',
      new TypeError('fetch failed', {
        cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }),
      }),
    ],
    ['an abort', new DOMException('The operation was aborted', 'AbortError')],
    ['a bug', new ReferenceError('x is not defined')],
    ['a string', 'failed'],
    ['a number', 503],
    ['nothing', undefined],
    ['null', null],
    ['a symbol', Symbol('x')],
    [
      'an object without a prototype',
      Object.assign(Object.create(null), { message: Object.create(null) }),
    ],
    ['a status that is no number', { status: '401' }],
    ['an error that is no code', { status: 503, data: { error: 'Service Unavailable' } }],
    ['an error that is an object', { status: 500, data: { error: { code: 'internal' } } }],
    ['a page of HTML', { status: 400, data: '<html>wait</html>' }],
    ['a body that was cut off', { status: 400, data: '{"error":"invali' }],
    ['a success that was thrown away', { status: 200 }],
    ['a status that is none', { status: 1000 }],
    ['an answer too deep', nest(6)],
    ['our error behind another', new Error('x', { cause: new TokenError('ERR_SESSION_ENDED') })],
  ])(
    '%s may have been processed by the server, so it is not tried again at once',
    async (_, thrown) => {
      const meaning = await of(thrown);
      expect(meaning.code).toBe('ERR_REFRESH_UNAVAILABLE');
      expect(meaning.delivery).toBeUndefined();
      expect(meaning.retryAfter).toBeUndefined();
    },
  );

  it.each([
    ['Angular', { name: 'HttpErrorResponse', status: 400, error: { error: 'invalid_grant' } }],
    ['request', { name: 'StatusCodeError', statusCode: 400, error: { error: 'invalid_grant' } }],
    [
      'undici',
      {
        statusCode: 400,
        body: { json: () => ({}), text: (): string => '{"error":"invalid_grant"}' },
      },
    ],
  ])('as %s has it is recognised', async (_, thrown) => {
    expect((await of(thrown)).code).toBe('ERR_SESSION_ENDED');
  });

  it('of a page, as Angular throws it, is no logout', async () => {
    const thrown = { name: 'HttpErrorResponse', status: 401, error: '<!doctype html>' };
    expect((await of(thrown)).code).toBe('ERR_REFRESH_UNAVAILABLE');
  });

  it('that holds a success gives its tokens: an interceptor may have thrown it', async () => {
    const found = await readAnswer(
      { thrown: axiosLike(200, { access_token: 'new', refresh_token: 'r2' }) },
      {
        fromNothing: false,
        current: undefined,
        startedAt: NOW,
        classify: undefined,
        clock: testClock(NOW),
      },
    );
    expect(found).toEqual({
      tokens: { accessToken: 'new', refreshToken: 'r2' },
      problem: undefined,
    });
  });

  it('that has a code only, and says so, is over', async () => {
    expect((await of({ error: 'invalid_grant' })).code).toBe('ERR_SESSION_ENDED');
  });

  it('says in its message what the server said', async () => {
    expect((await of(axiosLike(400, { error: 'invalid_scope' }))).message).toBe(
      'The refresh was refused with HTTP 400 (invalid_scope)',
    );
  });
});

describe('Retry-After', () => {
  it('is read from Headers, from axios’ and from plain headers', async () => {
    expect(await of(kyLike(503, { 'Retry-After': '3' }))).toMatchObject({
      delivery: 'answered',
      retryAfter: 3000,
    });
    expect(await of(axiosLike(503, undefined, new Map([['retry-after', '4']])))).toMatchObject({
      delivery: 'answered',
      retryAfter: 4000,
    });
    expect(await of({ status: 503, headers: { 'retry-after': '5' } })).toMatchObject({
      delivery: 'answered',
      retryAfter: 5000,
    });
  });

  it('of a gateway that died half way is honoured, but says nothing of what became of the refresh token', async () => {
    const meaning = await of(kyLike(502, { 'retry-after': '9' }));
    expect(meaning.retryAfter).toBe(9000);
    expect(meaning.delivery).toBeUndefined();
  });
});

describe('an answer that is returned', () => {
  const given = async (value: unknown) => {
    const { code, delivery } = await read({ value }, false);
    return [code, delivery];
  };
  const used = (status: number): Response =>
    Object.defineProperty(new Response(null, { status }), 'bodyUsed', { value: true });

  it('by openapi-fetch is read, refusal and success', async () => {
    const refusal = { data: undefined, error: { error: 'invalid_client' }, response: used(401) };
    expect(await given(refusal)).toEqual(['ERR_REFRESH_CONFIGURATION', 'answered']);
    expect(await given({ data: undefined, error: { message: 'no' }, response: used(401) })).toEqual(
      ['ERR_SESSION_ENDED', 'answered'],
    );
    const success = { data: { access_token: 'new' }, error: undefined, response: used(200) };
    await expect(given(success)).rejects.toThrow('there were tokens');
  });

  it.each([
    ['a network error', Response.error()],
    [
      'a redirect that a browser hides',
      {
        status: 0,
        type: 'opaqueredirect',
        json: () => Promise.reject(new Error('x')),
        text: (): string => '',
      },
    ],
    ['a redirect', new Response(null, { status: 302 })],
  ])('%s is none: the token may be spent', async (_, value) => {
    expect(await given(value)).toEqual(['ERR_REFRESH_UNAVAILABLE', undefined]);
  });

  it('without its status is told what to return', async () => {
    const { message } = await read({ value: { message: 'Unauthenticated.' } }, false);
    expect(message).toMatch(/is missing; return the whole answer/);
  });
});

describe('with cookies for tokens', () => {
  const cookies = (answer: { thrown: unknown } | { value: unknown }) =>
    readAnswer(answer, {
      fromNothing: false,
      current: undefined,
      startedAt: NOW,
      classify: undefined,
      clock: testClock(NOW),
      accept: acceptCookies(({ expiresAt, body }) => ({ expiresAt, extra: { body } })),
    });

  it.each<[string, unknown, object]>([
    ['no body', new Response(null, { status: 204 }), { extra: { body: undefined } }],
    ['a text', new Response('ok'), { extra: { body: undefined } }],
    [
      'a lifetime',
      Response.json({ expires_in: 60 }),
      { expiresAt: NOW + 60_000, extra: { body: { expires_in: 60 } } },
    ],
    ['what axios has', { status: 200, data: { user: 1 } }, { extra: { body: { user: 1 } } }],
    [
      'tokens, which are not kept',
      { statusCode: 200, body: { access_token: 'x' } },
      { extra: { body: { access_token: 'x' } } },
    ],
  ])('a success is one: %s', async (_, value, expected) => {
    expect(await cookies({ value })).toEqual({ problem: undefined, tokens: expected });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'ERR_REFRESH_ANSWER'],
    ['the JSON alone', { expires_in: 60 }, 'ERR_REFRESH_ANSWER'],
    ['tokens', { accessToken: 'x' }, 'ERR_REFRESH_ANSWER'],
    ['a refusal', new Response(null, { status: 401 }), 'ERR_SESSION_ENDED'],
    ['a page', new Response('<html>'), 'ERR_REFRESH_UNAVAILABLE'],
    ['a success that says no', Response.json({ error: 'invalid_grant' }), 'ERR_SESSION_ENDED'],
    [
      'a success with an error of its own',
      Response.json({ error: 'nobody' }),
      'ERR_REFRESH_ANSWER',
    ],
    ['a body that was cut off', new Response('{"expires_'), 'ERR_REFRESH_UNAVAILABLE'],
  ])('%s is none', async (_, value, code) => {
    expect(await cookies({ value })).toMatchObject({ error: { code } });
  });
});

describe('from nothing', () => {
  it.each([400, 401, 403, 404, 422])('HTTP %d means that nobody is signed in', async (status) => {
    expect(await fromNothing(plain(status))).toMatchObject({
      code: 'ERR_SIGNED_OUT',
      action: 'signIn',
    });
  });
  it.each([408, 429, 500, 503])('HTTP %d says nothing about that', async (status) => {
    expect((await fromNothing(plain(status))).code).toBe('ERR_REFRESH_UNAVAILABLE');
  });
  it('a network error says nothing about that', async () => {
    expect((await fromNothing(new TypeError('fetch failed'))).code).toBe('ERR_REFRESH_UNAVAILABLE');
  });
  it('a wrong client is still a wrong client', async () => {
    expect((await fromNothing(axiosLike(401, { error: 'invalid_client' }))).code).toBe(
      'ERR_REFRESH_CONFIGURATION',
    );
  });
  it.each(['ERR_SESSION_ENDED', 'ERR_SIGNED_OUT'] as const)(
    'our own %s means that nobody is signed in',
    async (code) => {
      expect((await fromNothing(new TokenError(code))).code).toBe('ERR_SIGNED_OUT');
    },
  );
});
