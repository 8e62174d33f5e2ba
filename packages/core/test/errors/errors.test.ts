import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { TokenError, type TokenErrorCode, tokenErrorOf } from '../../src/index.ts';

const actions: Record<TokenErrorCode, string> = {
  ERR_SIGNED_OUT: 'signIn',
  ERR_SESSION_ENDED: 'signIn',
  ERR_REFRESH_UNAVAILABLE: 'retry',
  ERR_REFRESH_LIMIT: 'retry',
  ERR_WAIT_LIMIT: 'retry',
  ERR_REFRESH_CONFIGURATION: 'fix',
  ERR_REFRESH_ANSWER: 'fix',
  ERR_REENTRANT: 'fix',
  ERR_STORE_RECORD: 'fix',
  ERR_CLOSED: 'fix',
};

describe('a TokenError', () => {
  it.each(Object.entries(actions) as [TokenErrorCode, string][])(
    '%s is answered with: %s',
    (code, action) => {
      const error = new TokenError(code);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name: 'TokenError', code, action, message: code });
      expect('cause' in error || 'retryAfter' in error || 'delivery' in error).toBe(false);
    },
  );

  it('carries what it is given', () => {
    const cause = new Error('why');
    const error = new TokenError('ERR_REFRESH_UNAVAILABLE', {
      message: 'm',
      cause,
      retryAfter: 5,
      delivery: 'unsent',
    });
    expect(error).toMatchObject({ message: 'm', cause, retryAfter: 5, delivery: 'unsent' });
    expect(inspect(error)).toContain('why');
  });

  it('takes undefined for what is not given', () => {
    const error = new TokenError('ERR_CLOSED', {
      message: undefined,
      retryAfter: undefined,
      delivery: undefined,
    });
    expect(error.message).toBe('ERR_CLOSED');
    expect('retryAfter' in error).toBe(false);
  });
});

describe('tokenErrorOf', () => {
  const error = new TokenError('ERR_SESSION_ENDED');
  it('finds it itself, behind another, and however deep', () => {
    expect(tokenErrorOf(error)).toBe(error);
    expect(tokenErrorOf(new Error('x', { cause: error }))).toBe(error);
    let wrapped: unknown = error;
    for (let depth = 0; depth < 10_000; depth++) wrapped = { cause: wrapped };
    expect(tokenErrorOf(wrapped)).toBe(error);
  });

  it('finds the outermost', () => {
    const outer = new TokenError('ERR_REFRESH_UNAVAILABLE', { cause: error });
    expect(tokenErrorOf(new Error('x', { cause: outer }))).toBe(outer);
  });

  it('finds one of another copy of this package', () => {
    const foreign = Object.assign(new Error('m'), {
      name: 'TokenError',
      code: 'ERR_SIGNED_OUT',
      action: 'signIn',
    });
    expect(tokenErrorOf(Object.assign(new Error('x'), { cause: foreign }))).toBe(foreign);
  });

  it('ends where causes go round in a circle', () => {
    const a: { cause?: unknown } = {};
    const b = { cause: a };
    a.cause = b;
    expect(tokenErrorOf(a)).toBeUndefined();
    const self: { cause?: unknown } = {};
    self.cause = self;
    expect(tokenErrorOf(self)).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    'TokenError',
    7,
    {},
    new Error('x'),
    { name: 'TokenError' },
    { name: 'TokenError', code: 'ERR_OTHER' },
    { name: 'Other', code: 'ERR_SIGNED_OUT' },
    { name: 'TokenError', code: 'toString' },
    { name: 'TokenError', code: 'constructor' },
    { name: 'TokenError', code: '__proto__' },
    { name: 'TokenError', code: Symbol('x') },
    { name: 'TokenError', code: Object.create(null) },
  ])('finds none in %p', (value) => {
    expect(tokenErrorOf(value)).toBeUndefined();
    expect(tokenErrorOf(new Error('x', { cause: value }))).toBeUndefined();
  });

  it('never throws, whatever throws inside', () => {
    const hostile = {
      get cause(): unknown {
        throw new Error('hostile');
      },
    };
    expect(tokenErrorOf(hostile)).toBeUndefined();
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(tokenErrorOf({ cause: proxy })).toBeUndefined();
  });
});
