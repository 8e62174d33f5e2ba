import { describe, expect, it } from '@jest/globals';
import { jwtTimes } from '../../src/tokens/jwt.ts';
import { jwt } from '../support/jwt.ts';

const of = (payload: string): string =>
  `eyJhbGciOiJub25lIn0.${Buffer.from(payload).toString('base64url')}.c2ln`;

describe('the times of a JWT', () => {
  it.each([
    [
      { exp: 2, iat: 1 },
      { exp: 2, iat: 1 },
    ],
    [{ exp: 2 }, { exp: 2 }],
    [{ iat: 1 }, { iat: 1 }],
    [{ exp: '2', iat: null }, {}],
    [{ exp: 1.5, sub: 'ü€😀' }, { exp: 1.5 }],
    [{}, {}],
  ])('%j are %j', (claims, times) => {
    expect(jwtTimes(jwt(claims))).toEqual(times);
  });

  it('are read from base64url, with the letters that base64 does not have', () => {
    const token = jwt({ exp: 5, fill: '???>>>~~~' });
    expect(token).toMatch(/[-_]/);
    expect(jwtTimes(token)).toEqual({ exp: 5 });
  });

  it('are read without a signature', () => {
    expect(jwtTimes(jwt({ exp: 5 }).replace(/\.[^.]*$/, '.'))).toEqual({ exp: 5 });
  });

  it.each([
    ['an opaque token', 'mF_9.B5f-4.1JqM'],
    ['no dots', 'opaque'],
    ['nothing', ''],
    ['two parts', 'a.b'],
    ['four parts', 'a.b.c.d'],
    ['an encrypted one (five parts)', 'a.b.c.d.e'],
    ['one with something before it', `a.${of('{"exp":1}')}`],
    ['one with something after it', `${of('{"exp":1}')}.a`],
    ['not JSON', of('{"exp":1')],
    ['null', of('null')],
    ['a number', of('7')],
    ['an array', of('[{"exp":1}]')],
    ['letters that are not base64url', 'a.e30=.b'],
    ['a length that base64 cannot have', 'a.aaaaa.b'],
  ])('do not exist in %s, and nothing is thrown', (_, token) => {
    expect(jwtTimes(token)).toEqual({});
  });

  it('cannot come from a prototype', () => {
    expect(jwtTimes(of('{"__proto__":{"exp":1}}'))).toEqual({});
  });
});
