import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseChallenges } from '../../src/http/challenges.ts';
import { isTokenRejected } from '../../src/http/rejection.ts';

const read = (header: string): unknown =>
  parseChallenges(header).map(({ scheme, params, token68 }) => [
    scheme,
    Object.fromEntries(params),
    ...(token68 === undefined ? [] : [token68]),
  ]);

describe('parseChallenges', () => {
  it.each([undefined, null])('finds none where there is no header: %s', (header) => {
    expect(parseChallenges(header)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['', []],
    ['Bearer', [['bearer', {}]]],
    ['Bearer realm="example"', [['bearer', { realm: 'example' }]]],
    [
      'Bearer realm="a", error="invalid_token", error_description="It expired"',
      [['bearer', { realm: 'a', error: 'invalid_token', error_description: 'It expired' }]],
    ],
    ['Bearer error=invalid_token', [['bearer', { error: 'invalid_token' }]]],
    ['BEARER ERROR="x"', [['bearer', { error: 'x' }]]],
    ['Bearer realm = "a" , error= "b"', [['bearer', { realm: 'a', error: 'b' }]]],
    [
      'Basic realm="a", Bearer error="b"',
      [
        ['basic', { realm: 'a' }],
        ['bearer', { error: 'b' }],
      ],
    ],
    [
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
      [
        ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
        ['basic', { realm: 'simple' }],
      ],
    ],
    [
      'Negotiate, Basic realm="a"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a' }],
      ],
    ],
    [
      'Negotiate YWJj/+~.==, Bearer',
      [
        ['negotiate', {}, 'YWJj/+~.=='],
        ['bearer', {}],
      ],
    ],
    ['Negotiate abc', [['negotiate', {}, 'abc']]],
    [
      'Basic realm="with, comma and Bearer error=\\"no\\"", DPoP algs="ES256 RS256"',
      [
        ['basic', { realm: 'with, comma and Bearer error="no"' }],
        ['dpop', { algs: 'ES256 RS256' }],
      ],
    ],
    [',, Bearer error="x",,', [['bearer', { error: 'x' }]]],
    ['Bearer realm=""', [['bearer', { realm: '' }]]],
    ['error="lonely"', []],
    ['Bearer error="never ends', [['bearer', { error: 'never ends' }]]],
    ['Bearer "stray", error="x"', [['bearer', { error: 'x' }]]],
    ['Bearer @@@ error="x"', [['bearer', { error: 'x' }]]],
  ])('reads %j', (header, challenges) => {
    expect(read(header)).toEqual(challenges);
  });

  it('takes anything, from nothing to binary', () => {
    expect(parseChallenges(null)).toEqual([]);
    expect(parseChallenges(undefined)).toEqual([]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (header) =>
        Array.isArray(parseChallenges(header)),
      ),
    );
  }, 20_000);

  it('reads back what was written, whatever the strings are', () => {
    const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
    const challenge = fc.tuple(
      token,
      fc.dictionary(token, text, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
    );
    fc.assert(
      fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), (challenges) => {
        const quote = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&')}"`;
        const header = challenges.map(
          ([scheme, params]) =>
            `${scheme} ${Object.entries(params)
              .map(([name, value]) => `${name}=${quote(value)}`)
              .join(', ')}`,
        );
        expect(read(header.join(', '))).toEqual(challenges);
      }),
    );
  });

  it('looks at each character a bounded number of times', () => {
    const size = 2 ** 18;
    // Quadratic reading of any of these would take hours.
    for (const unit of [
      '"',
      '\\"',
      'a="',
      'a=',
      'a =',
      'a ',
      'a b',
      ' ',
      ',',
      'a=b=',
      '=',
      'a"',
      'é',
      'a ==',
      '"\\',
    ]) {
      expect(
        Array.isArray(parseChallenges(`Bearer ${unit.repeat(Math.ceil(size / unit.length))}`)),
      ).toBe(true);
    }
  }, 20_000);
});

describe('isTokenRejected', () => {
  const answer = (status: number, challenge?: string) => ({
    url: '',
    status,
    headers: new Headers(challenge === undefined ? {} : { 'www-authenticate': challenge }),
    json: async () => undefined,
  });

  it.each<[number, string | undefined, boolean]>([
    [401, undefined, true],
    [401, 'Bearer', true],
    [401, 'Bearer error="invalid_token"', true],
    [401, 'garbage "', true],
    [401, 'Bearer error="insufficient_scope", scope="admin"', false],
    [401, 'Bearer error="use_dpop_nonce"', false],
    [401, 'Bearer error="insufficient_user_authentication", acr_values="mfa"', false],
    [401, 'BEARER ERROR="insufficient_user_authentication"', false],
    [401, 'Bearer error="insufficient_claims", claims="eyJ9"', false],
    [401, 'Bearer realm="", authorization_uri="https://id.example", claims="eyJ9"', false],
    [401, 'Bearer error="invalid_token", claims="eyJ9"', false],
    [401, 'Bearer claims="eyJ9", Bearer error="invalid_token"', true],
    // Only challenges of the scheme that was sent count.
    [401, 'DPoP error="use_dpop_nonce"', true],
    [401, 'Bearer error="invalid_token", DPoP error="use_dpop_nonce"', true],
    [401, 'DPoP error="use_dpop_nonce", Bearer error="invalid_token"', true],
    [401, 'Bearer, DPoP error="insufficient_user_authentication"', true],
    [401, 'DPoP error="invalid_token", Bearer error="insufficient_scope"', false],
    [401, 'Basic realm="a"', true],
    // Of several, invalid_token wins.
    [401, 'Bearer error="insufficient_scope", Bearer error="invalid_token"', true],
    [401, 'Bearer error="invalid_token", Bearer error="insufficient_scope"', true],
    [401, 'Bearer realm="a", Bearer error="insufficient_scope"', false],
    [401, 'Basic realm="a", Bearer error="insufficient_scope"', false],
    [401, 'Bearer realm="insufficient_scope"', true],
    [403, 'Bearer error="invalid_token"', false],
    [403, 'Bearer error="insufficient_scope"', false],
    [200, undefined, false],
    [407, undefined, false],
    [500, undefined, false],
  ])('%i %j: %s', (status, challenge, rejected) => {
    expect(isTokenRejected(answer(status, challenge))).toBe(rejected);
  });
  it('reads a header that some client gives as a list', () => {
    const list = ['Basic realm="a"', 'Bearer error="insufficient_scope"'];
    const headers = { get: () => list as unknown as string };
    expect(isTokenRejected({ ...answer(401), headers })).toBe(false);
  });

  it.each<[string | undefined, string, boolean]>([
    ['DPoP', 'Bearer error="invalid_token", DPoP error="use_dpop_nonce"', false],
    ['dpop', 'DPoP error="use_dpop_nonce"', false],
    ['DPoP', 'Bearer error="insufficient_scope", DPoP error="invalid_token"', true],
    ['DPoP', 'Bearer error="insufficient_scope"', true],
    // A cookie, or a header without a scheme: whatever is said may be about it.
    ['', 'Bearer error="insufficient_user_authentication"', false],
    ['', 'Bearer error="insufficient_scope", DPoP error="invalid_token"', true],
  ])('sent as %j, %j: %s', (scheme, challenge, rejected) => {
    expect(isTokenRejected(answer(401, challenge), scheme)).toBe(rejected);
  });
});
