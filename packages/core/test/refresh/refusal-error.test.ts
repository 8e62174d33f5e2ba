import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/index.ts';
import type { Classify, Refusal } from '../../src/refresh/refusal-error.ts';
import { axiosLike, fromNothing, of, plain, read } from '../support/read-answers.ts';

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
