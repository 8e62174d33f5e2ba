import { describe, expect, it } from '@jest/globals';
import { compareSubjects, subjectOf } from '../../src/tokens/subject.ts';
import { jwt } from '../support/jwt.ts';

const alice = jwt({ iss: 'https://id.example.com', sub: 'alice' });
const bob = jwt({ iss: 'https://id.example.com', sub: 'bob' });

describe('whose tokens these are', () => {
  it('is what the option says', () => {
    const own = (tokens: object): string => `user ${Object.keys(tokens).length}`;
    expect(subjectOf({ accessToken: alice }, own)).toBe('option:user 1');
  });

  it('may be a number, as ids of databases are: its text', () => {
    expect(subjectOf({ accessToken: alice }, () => 42)).toBe('option:42');
    expect(subjectOf({ accessToken: alice }, () => 0)).toBe('option:0');
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('x');
      },
    ],
    ['gives nothing', () => undefined],
    ['gives an empty text', () => ''],
    ['gives no number', () => Number.NaN],
    ['gives a promise', async () => 'alice'],
  ])('is read from the tokens when the option %s', (_, option) => {
    expect(subjectOf({ accessToken: alice }, option as never)).toBe(
      subjectOf({ accessToken: alice }),
    );
  });

  it('is iss and sub of the access token, else of the ID token', () => {
    expect(subjectOf({ accessToken: alice, extra: { id_token: bob } })).toMatch(
      /^access_token:.*alice/,
    );
    expect(subjectOf({ accessToken: 'opaque', extra: { id_token: bob } })).toMatch(
      /^id_token:.*bob/,
    );
    expect(subjectOf({ accessToken: 'opaque', extra: { idToken: bob } })).toMatch(
      /^id_token:.*bob/,
    );
  });

  it.each([
    ['opaque', {}],
    [jwt({ sub: 'alice' }), {}],
    [jwt({ iss: 'x' }), {}],
    [jwt({ iss: 1, sub: 2 }), {}],
    ['opaque', { id_token: 7 }],
    ['opaque', { id_token: 'opaque' }],
    ['opaque', undefined],
  ])('is not known of %s and %j', (accessToken, extra) => {
    expect(subjectOf({ accessToken, extra })).toBeUndefined();
  });

  it('does not run two claims together', () => {
    const one = subjectOf({ accessToken: jwt({ iss: 'a', sub: 'b:c' }) });
    const other = subjectOf({ accessToken: jwt({ iss: 'a:b', sub: 'c' }) });
    expect(compareSubjects(one, other)).toBe('other');
  });
});

describe('two subjects', () => {
  const ofAlice = subjectOf({ accessToken: alice });
  it.each([
    ['the same', ofAlice, subjectOf({ accessToken: alice }), 'same'],
    ['two of one issuer', ofAlice, subjectOf({ accessToken: bob }), 'other'],
    [
      'one of two issuers',
      ofAlice,
      subjectOf({ accessToken: jwt({ iss: 'x', sub: 'alice' }) }),
      'other',
    ],
    ['two by the option', 'option:1', 'option:2', 'other'],
    ['one by the option', 'option:1', 'option:1', 'same'],
    [
      'of two sources',
      ofAlice,
      subjectOf({ accessToken: 'x', extra: { id_token: bob } }),
      'unknown',
    ],
    [
      'of two sources, the same person',
      ofAlice,
      subjectOf({ accessToken: 'x', extra: { id_token: alice } }),
      'unknown',
    ],
    ['one that nobody knows', ofAlice, undefined, 'unknown'],
    ['two that nobody knows', undefined, undefined, 'unknown'],
  ] as const)('%s', (_, one, other, expected) => {
    expect(compareSubjects(one, other)).toBe(expected);
    expect(compareSubjects(other, one)).toBe(expected);
  });
});
