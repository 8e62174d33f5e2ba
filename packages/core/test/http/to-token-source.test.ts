import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import { toTokenSource } from '../../src/http/to-token-source.ts';
import type { TokenInput, TokenSource } from '../../src/source.ts';

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
    expect(asked).toEqual([{ signal }, { signal: undefined }, { rejected: 'old', signal }]);
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
      cause,
    });
    await expect(source.replaceRejected('old')).rejects.toMatchObject({
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
])('%s is a TypeError that quotes nothing', (_name, input, message) => {
  expect(() => toTokenSource(input as TokenInput)).toThrow(TypeError);
  expect(() => toTokenSource(input as TokenInput)).toThrow(message);
  expect(() => toTokenSource(input as TokenInput)).not.toThrow(SECRET);
});
