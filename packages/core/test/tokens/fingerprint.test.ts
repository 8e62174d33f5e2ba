import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fingerprint } from '../../src/tokens/fingerprint.ts';
import { describeToken, isTokenText } from '../../src/tokens/token-syntax.ts';

describe('fingerprint', () => {
  it('is the same for the same token, short, and plain', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (token) => {
        expect(fingerprint(token)).toBe(fingerprint(token.slice(0, 1) + token.slice(1)));
        expect(fingerprint(token)).toMatch(/^[0-9a-z]{14}$/);
      }),
    );
  });

  it('differs for tokens that differ in one place', () => {
    const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
    const variants = new Set<string>();
    for (let index = 0; index < token.length; index++) {
      for (let code = 33; code < 127; code++)
        variants.add(token.slice(0, index) + String.fromCharCode(code) + token.slice(index + 1));
    }
    expect(new Set([...variants].map(fingerprint)).size).toBe(variants.size);
  });

  it('differs for a hundred thousand tokens in a row, in either half as often as chance has it', () => {
    const all = Array.from({ length: 100_000 }, (_, index) => fingerprint(`access-${index}`));
    expect(new Set(all).size).toBe(all.length);
    // A 32-bit half of 100,000 would meet about once.
    for (const half of [all.map((one) => one.slice(0, 7)), all.map((one) => one.slice(7))])
      expect(all.length - new Set(half).size).toBeLessThan(10);
  }, 20_000);

  it('depends on the order', () => {
    expect(fingerprint('ab')).not.toBe(fingerprint('ba'));
    expect(fingerprint('aab')).not.toBe(fingerprint('aba'));
    expect(fingerprint('')).not.toBe(fingerprint('\0'));
  });
});

describe('isTokenText', () => {
  it.each(['a', 'mF_9.B5f-4.1JqM', '!~', 'a+/=='])('%j may be sent', (token) => {
    expect(isTokenText(token)).toBe(true);
    expect(new Headers({ authorization: `Bearer ${token}` }).get('authorization')).toBe(
      `Bearer ${token}`,
    );
  });

  it.each(['undefined', 'null'])('the text %j may not, though a header could carry it', (text) => {
    expect(isTokenText(text)).toBe(false);
    expect(isTokenText(`${text}-1`)).toBe(true);
  });

  it.each([
    '',
    ' ',
    'a b',
    'a\n',
    '\ta',
    'a\u0000',
    'é',
    'a\u007f',
    '\u212A',
    undefined,
    null,
    5,
    {},
    ['a'],
  ])('%j may not', (token) => {
    expect(isTokenText(token)).toBe(false);
  });

  it('what came instead is named, not shown', () => {
    expect(
      ['', 's3cr3t\n', 'Bearer s3cr3t', 's3cr3t\0', 'undefined', null, undefined, 5, {}].map(
        describeToken,
      ),
    ).toEqual([
      'an empty string',
      'white space around it; trim it',
      'a scheme in front of it; leave out "Bearer "',
      'characters that no header may carry',
      'the text "undefined"',
      'null',
      'undefined',
      'number',
      'object',
    ]);
  });
});
