import { describe, expect, it } from '@jest/globals';
import { safeCause, secretsOf } from '../../src/errors/safe-cause.ts';

const shown = (error: Error | undefined) =>
  error && { ...error, name: error.name, message: error.message };

describe('the copy of an error', () => {
  it('has its name, text and code, and nothing else that hangs on it', () => {
    const thrown = Object.assign(new TypeError('fetch failed'), {
      code: 'ECONNREFUSED',
      config: { data: 'secret' },
      cause: 'secret',
    });
    expect(shown(safeCause(thrown))).toEqual({
      name: 'TypeError',
      message: 'fetch failed',
      code: 'ECONNREFUSED',
    });
  });

  it.each([
    [18, { code: 18 }],
    [true, {}],
    [undefined, {}],
  ])('has the code %p as %j', (code, kept) => {
    expect(shown(safeCause(Object.assign(new Error('x'), { code })))).toEqual({
      name: 'Error',
      message: 'x',
      ...kept,
    });
  });

  it('has the tokens struck out of all of it, in the form that a URL would give them too', () => {
    const thrown = Object.assign(new Error('a+b and a%2Bb, c'), { name: 'a+b', code: 'X_a+b' });
    expect(shown(safeCause(thrown, ['a+b', 'c']))).toEqual({
      name: '[token]',
      message: '[token] and [token], [token]',
      code: 'X_[token]',
    });
  });

  it('of a parser does not quote what it could not read', () => {
    expect(shown(safeCause(new SyntaxError('Unexpected token "secret"')))).toEqual({
      name: 'SyntaxError',
      message: 'the answer is not valid JSON',
    });
  });

  it.each([
    ['a text', { name: 'Error', message: 'a text' }],
    [7, { name: 'Error', message: 'thrown: number' }],
    [null, { name: 'Error', message: 'thrown: object' }],
    [
      { message: 7, name: 8 },
      { name: 'Error', message: 'thrown: number' },
    ],
    [{}, { name: 'Error', message: 'thrown: object' }],
  ])('that is none, %j, says what it was', (thrown, copy) => {
    expect(shown(safeCause(thrown))).toEqual(copy);
  });

  it('is not made of nothing', () => {
    expect(safeCause(undefined)).toBeUndefined();
  });
});

it('secret is every token of a set', () => {
  const both = { accessToken: 'access-token', refreshToken: 'rt-1', scope: 's' };
  expect(secretsOf(both)).toEqual(['access-token', 'rt-1']);
  expect(secretsOf({ accessToken: 'access-token' })).toEqual(['access-token']);
  expect(secretsOf(undefined)).toEqual([]);
});

it.each(['a', 'r', '1', 'a1', 'r-1', 'token', 'refresh'])(
  '"%s" is too short to be one',
  (token) => {
    expect(secretsOf({ accessToken: token, refreshToken: token })).toEqual([]);
  },
);

it('a copy is made of an error that cannot be read', () => {
  const hostile = Object.defineProperty(new Error('x'), 'message', {
    get(): never {
      throw new Error('hostile');
    },
  });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(shown(safeCause(hostile))).toEqual({ name: 'Error', message: 'thrown: object' });
  expect(shown(safeCause(proxy))).toEqual({ name: 'Error', message: 'thrown: object' });
});
