import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/index.ts';
import { acceptCookies } from '../../src/refresh/cookie-answer.ts';
import { readAnswer } from '../../src/refresh/read-answer.ts';
import type { Classify, Refusal } from '../../src/refresh/refusal-error.ts';
import { testClock } from '../support/clock.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const read = async (
  answer: { thrown: unknown } | { value: unknown },
  fromNothing: boolean,
  [accessToken = 'a', refreshToken = 'r']: readonly string[] = [],
  classify?: Classify,
): Promise<TokenError> => {
  const found = await readAnswer(answer, {
    fromNothing,
    current: { accessToken, refreshToken },
    startedAt: NOW,
    classify,
    clock: testClock(NOW),
  });
  return 'error' in found ? found.error : Promise.reject(new Error('there were tokens'));
};
const of = (thrown: unknown, secrets?: readonly string[]) => read({ thrown }, false, secrets);
const fromNothing = (thrown: unknown) => read({ thrown }, true);

const axiosLike = (status: number, data?: unknown, headers: object = {}) =>
  Object.assign(new Error(`Request failed with status code ${status}`), {
    name: 'AxiosError',
    status,
    response: { status, data, headers },
  });
const kyLike = (status: number, headers: Record<string, string> = {}) =>
  Object.assign(new Error(`Request failed with status code ${status}`), {
    name: 'HTTPError',
    response: new Response(null, { status, headers }),
  });
const ky2Like = (status: number, data: unknown) => Object.assign(kyLike(status), { data });
const oauth4webapiLike = (status: number, error: string) =>
  Object.assign(
    new Error('server responded with an error in the response body', { cause: { error } }),
    {
      name: 'ResponseBodyError',
      code: 'OAUTH_RESPONSE_BODY_ERROR',
      error,
      status,
      response: new Response(null, { status }),
    },
  );
const plain = (status: number, body?: unknown) =>
  Object.assign(new Error('Refresh failed'), { status, body });

const nest = (depth: number): unknown =>
  depth === 0 ? plain(401) : new Error('x', { cause: nest(depth - 1) });

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

describe('classify', () => {
  const decide = async (
    answer: { thrown: unknown } | { value: unknown },
    classify: Classify,
    nobody = false,
  ) => {
    const { code, delivery } = await read(answer, nobody, [], classify);
    return [code, delivery];
  };
  const answers: [string, { thrown: unknown } | { value: unknown }][] = [
    ['a refusal that was thrown', { thrown: plain(404, {}) }],
    ['a refusal that was returned', { value: { statusCode: 404, body: {} } }],
    [
      'an error of its own in a 200',
      { value: { status: 200, data: { error: 'bad_refresh_token' } } },
    ],
    ['an invalid_grant', { value: { error: 'invalid_grant' } }],
  ];

  it.each(answers)('decides otherwise: %s', async (_, answer) => {
    expect((await decide(answer, () => 'signIn'))[0]).toBe('ERR_SESSION_ENDED');
    expect((await decide(answer, () => 'signIn', true))[0]).toBe('ERR_SIGNED_OUT');
    expect((await decide(answer, () => 'retry'))[0]).toBe('ERR_REFRESH_UNAVAILABLE');
    expect((await decide(answer, () => 'fix'))[0]).toMatch(/^ERR_REFRESH_(CONFIGURATION|ANSWER)$/);
  });

  it('is told all that is known: status, OAuth error, body, and the error as it was thrown', async () => {
    const seen: Refusal[] = [];
    const note = (refusal: Refusal): undefined => void seen.push(refusal);
    const body = { error: 'bad_refresh_token', more: 1 };
    const thrown = axiosLike(403, body);
    const network = new TypeError('fetch failed');
    await decide({ thrown }, note);
    await decide({ value: Response.json(body) }, note);
    await decide({ thrown: network }, note);
    expect(seen).toEqual([
      { status: 403, error: 'bad_refresh_token', body, cause: thrown },
      { status: 200, error: 'bad_refresh_token', body, cause: undefined },
      { status: undefined, error: undefined, body: undefined, cause: network },
    ]);
  });

  it('leaves it to the table with undefined', async () => {
    for (const [, answer] of answers)
      expect(await decide(answer, () => undefined)).toEqual(
        await decide(answer, undefined as never),
      );
  });

  it('is not asked about a TokenError, nor about tokens', async () => {
    const never: Classify = () => {
      throw new Error('asked');
    };
    const own = new TokenError('ERR_SESSION_ENDED');
    expect(await read({ thrown: own }, false, [], never)).toBe(own);
    await expect(read({ value: { accessToken: 'x' } }, false, [], never)).rejects.toThrow('tokens');
  });

  it.each<[string, Classify, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('rt-secret-1');
      },
      /^classify: it threw an error$/,
    ],
    ['gives a promise', (async () => 'retry') as never, /^classify: expected .*, got object$/],
    ['gives a boolean', (() => true) as never, /^classify: expected .*, got boolean$/],
    ['gives a code', (() => 'ERR_SESSION_ENDED') as never, /^classify: expected .*, got string$/],
  ])('that %s ends no session: the error says so', async (_, classify, message) => {
    const error = await read(
      { thrown: plain(401) },
      false,
      ['at-secret-1', 'rt-secret-1'],
      classify,
    );
    expect(error.code).toBe('ERR_REFRESH_CONFIGURATION');
    expect(error.message).toMatch(message);
    expect(inspect(error)).not.toContain('secret');
  });
});

describe('our own error', () => {
  it.each([
    'ERR_SESSION_ENDED',
    'ERR_REFRESH_UNAVAILABLE',
    'ERR_REFRESH_LIMIT',
    'ERR_REFRESH_CONFIGURATION',
    'ERR_REFRESH_ANSWER',
    'ERR_REENTRANT',
  ] as const)('%s means what it says, and is passed on as it is', async (code) => {
    const error = new TokenError(code, { message: 'mine' });
    expect(await of(error)).toBe(error);
  });

  it('made by another copy of this package means the same, and is copied as far as it is what it says', async () => {
    const foreign = (more: object): Error =>
      Object.assign(new Error('mine'), {
        name: 'TokenError',
        code: 'ERR_REFRESH_UNAVAILABLE',
        ...more,
      });
    const good = await of(foreign({ delivery: 'unsent', retryAfter: 5 }));
    expect(good).toBeInstanceOf(TokenError);
    expect(good).toMatchObject({
      message: 'mine',
      delivery: 'unsent',
      retryAfter: 5,
      action: 'retry',
    });
    const odd = await of(foreign({ delivery: 'lost', retryAfter: '5' }));
    expect([odd.delivery, odd.retryAfter]).toEqual([undefined, undefined]);
  });

  it.each(['ERR_SIGNED_OUT', 'ERR_WAIT_LIMIT', 'ERR_STORE_RECORD', 'ERR_CLOSED'] as const)(
    '%s, of another manager, says nothing about this session',
    async (code) => {
      const meaning = await of(new TokenError(code, { message: 'of another' }));
      expect(meaning).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        cause: { message: 'of another' },
      });
    },
  );
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

describe('no secret', () => {
  const secrets = ['at+secret/1==', 'rt+secret/1=='];
  const everything = (error: TokenError): string =>
    inspect(error, { depth: 10, showHidden: true }) +
    String(error) +
    JSON.stringify(error) +
    error.stack;
  it.each([
    ['that is in the message', new Error('refused rt+secret/1== for at+secret/1==')],
    ['that is in a thrown text', 'POST /token?refresh_token=rt+secret/1== failed'],
    [
      'that is in a URL of the message',
      new Error(`Failed to parse URL from http://x/?t=${encodeURIComponent('rt+secret/1==')}`),
    ],
    [
      'that hangs on the request',
      Object.assign(axiosLike(500), {
        config: { data: 'refresh_token=rt+secret/1==' },
        request: { _header: 'rt+secret/1==' },
      }),
    ],
    [
      'that is in the body of the answer',
      axiosLike(400, { error: 'invalid_grant', error_description: 'rt+secret/1== was revoked' }),
    ],
    [
      'that is quoted by a JSON parser',
      new SyntaxError('Unexpected token < in JSON at position 1: "at+secret/1=="'),
    ],
    [
      'that is quoted by a JSON parser, of an answer that nobody knows yet',
      new SyntaxError('"{\\"access_token\\":\\"new+secret" is not valid JSON'),
    ],
    [
      'that is in the name or the code',
      Object.assign(new Error('x'), { name: 'rt+secret/1==Error', code: 'ERR_rt+secret/1==' }),
    ],
    ['that is behind the error', new Error('x', { cause: new Error('rt+secret/1==') })],
  ])('%s is in the error, its cause or what is printed of it', async (_, thrown) => {
    expect(everything(await of(thrown, secrets))).not.toMatch(/secret\/1|secret%2F1|new\+secret/);
  });

  it('that a server sends back as its error code is in the error', async () => {
    const meaning = await of(axiosLike(400, { error: 'rt-secret-1' }), ['rt-secret-1']);
    expect(everything(meaning)).not.toContain('secret');
  });

  it('is in the way of what happened: name, code and text stay', async () => {
    const thrown = Object.assign(new TypeError('fetch failed'), { code: 'ECONNRESET' });
    expect((await of(thrown)).cause).toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
      code: 'ECONNRESET',
    });
  });
});

describe('the message', () => {
  it.each([
    [
      plain(400, { error: 'invalid_client' }),
      'The refresh was refused with HTTP 400 (invalid_client)',
    ],
    [{ error: 'invalid_client' }, 'The refresh was refused (invalid_client)'],
    [
      plain(400, { error: 'invalid_grant' }),
      'The server ended the session with HTTP 400 (invalid_grant)',
    ],
    [plain(401), 'The server ended the session with HTTP 401'],
    [plain(500), 'The refresh failed with HTTP 500'],
    [{ error: 'slow_down' }, 'The refresh failed (slow_down)'],
    [new Error('x'), 'The refresh failed'],
    [new TokenError('ERR_WAIT_LIMIT'), 'The refresh failed'],
  ])('says what the server said', async (thrown, message) => {
    expect((await of(thrown)).message).toBe(message);
  });

  it.each([
    [plain(404), 'Nobody is signed in: the server answered with HTTP 404'],
    [
      plain(400, { error: 'login_required' }),
      'Nobody is signed in: the server answered with HTTP 400 (login_required)',
    ],
    [new TokenError('ERR_SESSION_ENDED'), 'Nobody is signed in'],
    [plain(302), 'The refresh failed with HTTP 302'],
    [new Error('x'), 'The refresh failed'],
  ])(
    'where there was no session says that nobody is signed in, if the server said so',
    async (thrown, message) => {
      expect((await fromNothing(thrown)).message).toBe(message);
      expect((await fromNothing(thrown)).cause).toBeInstanceOf(Error);
    },
  );

  it.each(['rt-1', 'E-rt-1', 'rt-1-spent'])(
    'does not quote an error code with a token in it: %s',
    async (error) => {
      expect((await of(plain(400, { error }), ['rt-1'])).message).toBe(
        'The server ended the session with HTTP 400',
      );
    },
  );

  it('where there was no session is its own of an error that means something else', async () => {
    const own = new TokenError('ERR_REFRESH_CONFIGURATION', { message: 'no client' });
    expect(await fromNothing(own)).toBe(own);
  });
});
