import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/index.ts';
import { meaningOf } from '../../src/refresh/classify.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const of = (thrown: unknown, secrets: readonly string[] = []) =>
  meaningOf(thrown, false, secrets, NOW);
const fromNothing = (thrown: unknown) => meaningOf(thrown, true, [], NOW);

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
      [400, 'invalid_request', 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [418, 'teapot', 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [400, 'server_error', 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [200, 'temporarily_unavailable', 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [503, 'temporarily_unavailable', 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [429, undefined, 'ERR_REFRESH_UNAVAILABLE', 'answered'],
      [400, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [403, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [404, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [500, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [500, 'server_error', 'ERR_REFRESH_UNAVAILABLE', undefined],
      [502, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [503, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [504, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
      [200, undefined, 'ERR_REFRESH_UNAVAILABLE', undefined],
    ] as const)('HTTP %d, %s, means %s, %s', (status, error, code, delivery) => {
      const meaning = of(
        make(status, error === undefined ? undefined : { error, error_description: 'a text' }),
      );
      expect(meaning).toBeInstanceOf(TokenError);
      expect({ code: meaning.code, delivery: meaning.delivery }).toEqual({ code, delivery });
    });
  });

  it.each([
    [400, 'invalid_grant', 'ERR_SESSION_ENDED'],
    [401, 'invalid_client', 'ERR_REFRESH_CONFIGURATION'],
    [400, 'invalid_request', 'ERR_REFRESH_UNAVAILABLE'],
  ] as const)('as oauth4webapi throws it, HTTP %d %s, means %s', (status, error, code) => {
    expect(of(oauth4webapiLike(status, error))).toMatchObject({ code, delivery: 'answered' });
  });

  it('as ky 1 throws it, with a body that nobody has read, is judged by its status', () => {
    expect(of(kyLike(401)).code).toBe('ERR_SESSION_ENDED');
    expect(of(kyLike(400))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    expect(of(kyLike(400)).delivery).toBeUndefined();
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
    ['an error that is no code', { status: 400, data: { error: 'Internal Server Error' } }],
    ['an error that is an object', { status: 400, data: { error: { code: 'invalid_grant' } } }],
    ['a body that is a string', { status: 400, data: '{"error":"invalid_grant"}' }],
    ['our error behind another', new Error('x', { cause: new TokenError('ERR_SESSION_ENDED') })],
  ])('%s may have been processed by the server, so it is not tried again at once', (_, thrown) => {
    const meaning = of(thrown);
    expect(meaning.code).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(meaning.delivery).toBeUndefined();
    expect(meaning.retryAfter).toBeUndefined();
  });

  it('that has a code only, and says so, is over', () => {
    expect(of({ error: 'invalid_grant' }).code).toBe('ERR_SESSION_ENDED');
  });

  it('says in its message what the server said', () => {
    expect(of(axiosLike(400, { error: 'invalid_scope' })).message).toBe(
      'The refresh was refused with HTTP 400 (invalid_scope)',
    );
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    [' 5 ', 5000],
    [7, 7000],
    ['-5', 0],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['1e999', undefined],
    [{}, undefined],
  ])('%p is %p ms', (value, retryAfter) => {
    expect(of(axiosLike(429, undefined, { 'retry-after': value }))).toMatchObject({
      delivery: 'answered',
      code: 'ERR_REFRESH_UNAVAILABLE',
    });
    expect(of(axiosLike(429, undefined, { 'retry-after': value })).retryAfter).toBe(retryAfter);
  });

  it('is read from Headers, from axios’ and from plain headers', () => {
    expect(of(kyLike(503, { 'Retry-After': '3' }))).toMatchObject({
      delivery: 'answered',
      retryAfter: 3000,
    });
    expect(of(axiosLike(503, undefined, new Map([['retry-after', '4']])))).toMatchObject({
      delivery: 'answered',
      retryAfter: 4000,
    });
    expect(of({ status: 503, headers: { 'retry-after': '5' } })).toMatchObject({
      delivery: 'answered',
      retryAfter: 5000,
    });
  });

  it('of a gateway that died half way is honoured, but says nothing of what became of the refresh token', () => {
    const meaning = of(kyLike(502, { 'retry-after': '9' }));
    expect(meaning.retryAfter).toBe(9000);
    expect(meaning.delivery).toBeUndefined();
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
  ] as const)('%s means what it says, and is passed on as it is', (code) => {
    const error = new TokenError(code, { message: 'mine' });
    expect(of(error)).toBe(error);
  });

  it.each(['ERR_SIGNED_OUT', 'ERR_WAIT_LIMIT', 'ERR_STORE_RECORD', 'ERR_CLOSED'] as const)(
    '%s, of another manager, says nothing about this session',
    (code) => {
      const meaning = of(new TokenError(code, { message: 'of another' }));
      expect(meaning).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        cause: { message: 'of another' },
      });
    },
  );
});

describe('from nothing', () => {
  it.each([400, 401, 403, 404, 422])('HTTP %d means that nobody is signed in', (status) => {
    expect(fromNothing(plain(status))).toMatchObject({ code: 'ERR_SIGNED_OUT', action: 'signIn' });
  });
  it.each([408, 429, 500, 503])('HTTP %d says nothing about that', (status) => {
    expect(fromNothing(plain(status)).code).toBe('ERR_REFRESH_UNAVAILABLE');
  });
  it('a network error says nothing about that', () => {
    expect(fromNothing(new TypeError('fetch failed')).code).toBe('ERR_REFRESH_UNAVAILABLE');
  });
  it('a wrong client is still a wrong client', () => {
    expect(fromNothing(axiosLike(401, { error: 'invalid_client' })).code).toBe(
      'ERR_REFRESH_CONFIGURATION',
    );
  });
  it.each(['ERR_SESSION_ENDED', 'ERR_SIGNED_OUT'] as const)(
    'our own %s means that nobody is signed in',
    (code) => {
      expect(fromNothing(new TokenError(code)).code).toBe('ERR_SIGNED_OUT');
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
  ])('%s is in the error, its cause or what is printed of it', (_, thrown) => {
    expect(everything(of(thrown, secrets))).not.toMatch(/secret\/1|secret%2F1|new\+secret/);
  });

  it('that a server sends back as its error code is in the error', () => {
    const meaning = meaningOf(
      axiosLike(400, { error: 'rt-secret-1' }),
      false,
      ['rt-secret-1'],
      NOW,
    );
    expect(everything(meaning)).not.toContain('secret');
  });

  it('is in the way of what happened: name, code and text stay', () => {
    const thrown = Object.assign(new TypeError('fetch failed'), { code: 'ECONNRESET' });
    expect(of(thrown).cause).toMatchObject({
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
  ])('says what the server said', (thrown, message) => {
    expect(of(thrown).message).toBe(message);
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
    (thrown, message) => {
      expect(fromNothing(thrown).message).toBe(message);
      expect(fromNothing(thrown).cause).toBeInstanceOf(Error);
    },
  );

  it.each(['rt-1', 'E-rt-1', 'rt-1-spent'])(
    'does not quote an error code with a token in it: %s',
    (error) => {
      expect(of(plain(400, { error }), ['rt-1']).message).toBe('The refresh failed with HTTP 400');
    },
  );

  it('where there was no session is its own of an error that means something else', () => {
    const own = new TokenError('ERR_REFRESH_CONFIGURATION', { message: 'no client' });
    expect(fromNothing(own)).toBe(own);
  });
});
