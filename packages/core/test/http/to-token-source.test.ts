import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import { fromFunction } from '../../src/http/function-source.ts';
import { toTokenSource } from '../../src/http/to-token-source.ts';
import { type Clock, createTokenManager, type TokenManager } from '../../src/index.ts';
import type { TokenInput, TokenSource } from '../../src/source.ts';
import { settle, testClock } from '../support/clock.ts';

const SECRET = 's3cr3t';

describe('a fixed token', () => {
  it('is given, and nothing in its place', async () => {
    const source = toTokenSource('token');
    expect(await source.getToken()).toEqual({ accessToken: 'token' });
    expect(await source.replaceRejected('token')).toBeUndefined();
  });
});

describe('a source', () => {
  it('comes back as it is', () => {
    const source: TokenSource = {
      getToken: async () => undefined,
      replaceRejected: async () => undefined,
    };
    expect(toTokenSource(source)).toBe(source);
  });
});

describe('a function', () => {
  it('is asked with the signal, and for a replacement with the refused token', async () => {
    const asked: unknown[] = [];
    const source = toTokenSource((request) => {
      asked.push(request);
      return 'token';
    });
    const { signal } = new AbortController();
    await source.getToken({ signal });
    await source.getToken();
    await source.replaceRejected('old', { signal });
    expect(asked).toEqual([{ signal }, { signal: undefined }, { rejected: 'old' }]);
  });

  it.each<[string, () => unknown, unknown]>([
    ['text', () => 'token', { accessToken: 'token' }],
    ['a promise of text', async () => 'token', { accessToken: 'token' }],
    [
      'a token',
      () => ({ accessToken: 'token', tokenType: 'DPoP' }),
      { accessToken: 'token', tokenType: 'DPoP' },
    ],
    ['nothing', () => undefined, undefined],
    ['what localStorage says for nothing', () => null, undefined],
  ])('may give %s', async (_name, give, expected) => {
    expect(await toTokenSource(give as () => string).getToken()).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ['an empty string', '', 'The token source gave a wrong accessToken: an empty string'],
    [
      'a blank in it',
      `${SECRET} ${SECRET}`,
      'The token source gave a wrong accessToken: characters that no header may carry',
    ],
    [
      'a line break in it',
      `${SECRET}\n`,
      'The token source gave a wrong accessToken: white space around it; trim it',
    ],
    [
      'letters outside ASCII',
      `${SECRET}é`,
      'The token source gave a wrong accessToken: characters that no header may carry',
    ],
    ['a number', 5, 'The token source gave a wrong accessToken: number'],
    [
      'an object without a token',
      { token: SECRET },
      'The token source gave a wrong accessToken: undefined',
    ],
    [
      'an OAuth answer',
      { access_token: SECRET },
      'The token source gave a wrong accessToken: undefined',
    ],
    ['null for a token', { accessToken: null }, 'The token source gave a wrong accessToken: null'],
    [
      'a wrong type',
      { accessToken: SECRET, tokenType: 'a b' },
      'The token source gave a wrong tokenType: characters that no header may carry',
    ],
  ])('that gives %s is ERR_REFRESH_ANSWER, and is not quoted', async (_name, value, message) => {
    const error = (await toTokenSource(() => value as string)
      .getToken()
      .catch((found: unknown) => found)) as TokenError;
    expect([error.code, error.message]).toEqual(['ERR_REFRESH_ANSWER', message]);
    expect(JSON.stringify([error, error.stack])).not.toContain(SECRET);
  });

  it('that throws is ERR_REFRESH_UNAVAILABLE with the cause', async () => {
    const cause = new Error('boom');
    const source = toTokenSource(() => {
      throw cause;
    });
    await expect(source.getToken()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: 'The token function failed',
      cause,
    });
    await expect(source.replaceRejected('old')).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause,
    });
  });

  it('that has a mistake of its own is ERR_REFRESH_UNAVAILABLE, whatever kind of error that is', async () => {
    const cause = new TypeError('x is not a function');
    const source = toTokenSource(() => Promise.reject(cause));
    await expect(source.getToken()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause,
    });
  });

  it('that throws a TokenError, or because it was aborted, throws just that', async () => {
    const ended = new TokenError('ERR_SESSION_ENDED');
    await expect(toTokenSource(() => Promise.reject(ended)).getToken()).rejects.toBe(ended);
    const reason = new Error('enough');
    const source = toTokenSource(({ signal }) => Promise.reject(signal?.reason));
    await expect(source.getToken({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

it.each<[string, unknown, string]>([
  ['an empty string', '', 'got an empty string'],
  ['a blank', `${SECRET} `, 'got white space around it; trim it'],
  ['nothing', undefined, 'got undefined'],
  ['null', null, 'got null'],
  ['a number', 1, 'got number'],
  ['half a source', { getToken: async () => undefined }, 'got object'],
  ['the other half', { replaceRejected: async () => undefined }, 'got object'],
])('%s is a TypeError that quotes nothing', (_name, input, message) => {
  expect(() => toTokenSource(input as TokenInput)).toThrow(TypeError);
  expect(() => toTokenSource(input as TokenInput)).toThrow(message);
  expect(() => toTokenSource(input as TokenInput)).not.toThrow(SECRET);
});

describe('a function and refused tokens', () => {
  const counted = (give: (rejected: string) => unknown) => {
    const calls: string[] = [];
    const source = toTokenSource((async ({ rejected }: { rejected?: string }) => {
      if (rejected === undefined) return 'old';
      calls.push(rejected);
      await Promise.resolve();
      return give(rejected);
    }) as () => Promise<string>);
    return { calls, source };
  };

  it('is asked once for a refused token, also by those who come late', async () => {
    const { calls, source } = counted(() => 'new');
    const answers = await Promise.all([1, 2, 3].map(() => source.replaceRejected('old')));
    answers.push(await source.replaceRejected('old'));
    expect([answers.map((token) => token?.accessToken), calls]).toEqual([
      ['new', 'new', 'new', 'new'],
      ['old'],
    ]);
  });

  it('is asked once however late somebody comes', async () => {
    const clock = testClock();
    let calls = 0;
    const source = fromFunction(() => (calls++, 'new'), clock);
    await source.replaceRejected('old');
    await clock.advance(3_600_000);
    expect([await source.replaceRejected('old'), calls]).toEqual([{ accessToken: 'new' }, 1]);
  });

  it('is not asked about a session', async () => {
    const { calls, source } = counted(() => 'new');
    expect(await source.replaceRejected({ session: 's', generation: 1 })).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it('gives later callers what was given last', async () => {
    const { calls, source } = counted((rejected) => `${rejected}+`);
    await source.replaceRejected('a');
    await source.replaceRejected('a+');
    expect(await source.replaceRejected('a')).toEqual({ accessToken: 'a++' });
    expect(calls).toEqual(['a', 'a+']);
  });

  it('is not given anybody’s signal, and an abort ends one wait only', async () => {
    let open = (_token: string): void => undefined;
    const signals: unknown[] = [];
    const source = toTokenSource(({ signal }) => {
      signals.push(signal);
      return new Promise<string>((resolve) => (open = resolve));
    });
    const controller = new AbortController();
    const leaving = source.replaceRejected('old', { signal: controller.signal });
    const staying = source.replaceRejected('old');
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    open('new');
    expect(await staying).toEqual({ accessToken: 'new' });
    expect(signals).toEqual([undefined]);
  });

  it.each<[string, () => unknown]>([
    ['fails', () => Promise.reject(new Error('down'))],
    ['has nothing better', () => undefined],
    ['gives the same token', () => 'old'],
  ])('that %s is asked once for a burst, and again later', async (_name, give) => {
    const clock = testClock();
    const calls: string[] = [];
    const source = fromFunction(async ({ rejected }) => {
      calls.push(String(rejected));
      return give() as string;
    }, clock);
    const ask = (): Promise<unknown> => source.replaceRejected('old').catch((error) => error.code);
    const burst = await Promise.all([ask(), ask()]);
    burst.push(await ask());
    expect([new Set(burst.map(String)).size, calls.length]).toEqual([1, 1]);
    await clock.advance(1000);
    await ask();
    expect(calls.length).toBe(2);
  });

  it('does not hang when it asks through the client that it serves', async () => {
    const clock = testClock();
    const source: TokenSource = fromFunction(async ({ rejected }) => {
      if (rejected === undefined) return 'old';
      return (await source.replaceRejected(rejected))?.accessToken;
    }, clock);
    const asking = source.replaceRejected('old').catch((error: unknown) => error);
    await clock.advance(30_000);
    expect(await asking).toMatchObject({
      code: 'ERR_WAIT_LIMIT',
      message: expect.stringContaining('needs tokens: false'),
    });
  });

  it('that goes round in a circle ends where it began', async () => {
    const { calls, source } = counted((rejected) => (rejected === 'a' ? 'b' : 'a'));
    await source.replaceRejected('a');
    await source.replaceRejected('b');
    expect(await source.replaceRejected('a')).toEqual({ accessToken: 'a' });
    expect(calls).toEqual(['a', 'b']);
  });

  it('is asked again for the oldest of more than 64 refused tokens, and for no other', async () => {
    const { calls, source } = counted((rejected) => `${rejected}+`);
    for (let n = 0; n < 64; n++) await source.replaceRejected(`t${n}`);
    await source.replaceRejected('t0');
    expect(calls.length).toBe(64);
    await source.replaceRejected('t64');
    await source.replaceRejected('t1');
    expect(calls.length).toBe(65);
    await source.replaceRejected('t0');
    expect(calls.slice(64)).toEqual(['t64', 't0']);
  });

  it('whose failure was forgotten for many others answers anew, and for as long as that stands', async () => {
    const clock = testClock();
    const calls: string[] = [];
    const source = fromFunction(async ({ rejected = '' }) => {
      calls.push(rejected);
      if (rejected === 'old' && calls.length === 1) throw new Error('down');
      return `${rejected}+`;
    }, clock);
    await source.replaceRejected('old').catch(() => undefined);
    for (let n = 0; n < 64; n++) await source.replaceRejected(`t${n}`);
    expect(await source.replaceRejected('old')).toEqual({ accessToken: 'old+' });
    await clock.advance(1000);
    await source.replaceRejected('old');
    expect(calls.filter((rejected) => rejected === 'old').length).toBe(2);
  });

  it('does not keep the process alive for what it has said', async () => {
    const background: unknown[] = [];
    const clock: Clock = {
      ...testClock(),
      setTimeout(_task, _delay, isBackground) {
        background.push(isBackground);
        return () => undefined;
      },
    };
    await fromFunction(() => undefined, clock).replaceRejected('old');
    await settle();
    expect(background).toEqual([true]);
  });
});

describe('a method in place of its manager is a TypeError that says so:', () => {
  const manager = () =>
    createTokenManager({
      tokens: { accessToken: 'one', refreshToken: 'r', expiresAt: Date.now() + 9e6 },
      refresh: () => Promise.reject(new Error('not needed')),
    });
  it.each<[string, (tokens: TokenManager) => TokenInput]>([
    ['getToken', (tokens) => tokens.getToken],
    ['getToken, bound', (tokens) => tokens.getToken.bind(tokens)],
    ['a function that hands its argument on', (tokens) => (request) => tokens.getToken(request)],
  ])('%s', async (_name, give) => {
    const tokens = manager();
    const source = toTokenSource(give(tokens));
    for (const asking of [source.getToken(), source.replaceRejected('one')]) {
      const error = await asking.catch((found: unknown) => found);
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ message: expect.stringContaining('pass the manager itself') });
    }
    await tokens.close();
  });

  it('a function of its own around it, once it gives the refused token again', async () => {
    // As managers give them: the members of the session beside the token.
    const issued = { accessToken: 'one', session: 's', generation: 0 };
    const source = toTokenSource(async () => issued);
    expect(await source.getToken()).toMatchObject({ accessToken: 'one' });
    expect(await source.replaceRejected('another')).toMatchObject({ accessToken: 'one' });
    await expect(source.replaceRejected('one')).rejects.toThrow('pass the manager itself');
  });

  it.each([{ session: 's' }, { generation: 0 }, {}])(
    'not a function that gives the refused token again with %j',
    async (members) => {
      const source = toTokenSource(() => ({ accessToken: 'one', ...members }));
      expect(await source.replaceRejected('one')).toMatchObject({ accessToken: 'one' });
    },
  );

  it('not a function that asks the manager for what it needs', async () => {
    const tokens = manager();
    const source = toTokenSource(async ({ signal }) => tokens.getToken({ signal }));
    expect(await source.getToken()).toMatchObject({ accessToken: 'one' });
    await tokens.close();
  });
});
