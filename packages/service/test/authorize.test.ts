import { describe, expect, it } from '@jest/globals';
import { knownKey } from '../src/api-keys.ts';
import { authenticate } from '../src/authenticate.ts';
import { allows, type Role, scopeOf, SESSION_KEY } from '../src/scopes.ts';
import { createApiKey } from '../src/index.ts';

const { key, entry } = createApiKey({
  id: 'k1',
  scopes: ['read:acme:', 'list:*'],
  expiresAt: 1000,
});
const keys = new Map([['k1', knownKey(entry, 'test')]]);
interface Asked {
  readonly authorization: string | undefined;
  readonly role: Role;
  readonly session: string;
  readonly now: number;
}
const asked: Asked = {
  authorization: `Bearer ${key}`,
  role: 'read',
  session: 'acme:42',
  now: 0,
};

const decisionOn = ({ authorization, role, session, now }: Asked): unknown => {
  const caller = authenticate(keys, authorization, now);
  if (caller === undefined) return 401;
  return allows(caller.scopes, role, session) ? 'granted' : 403;
};

describe('who may do what', () => {
  it('grants what a scope names, and nothing of a neighbour whose name begins alike', () => {
    expect(decisionOn(asked)).toBe('granted');
    expect(decisionOn({ ...asked, session: 'acme:a:b' })).toBe('granted');
    for (const session of ['acmecorp:42', 'acme', 'ACME:42', 'acme.:42', 'other:acme:42'])
      expect([session, decisionOn({ ...asked, session })]).toEqual([session, 403]);
  });

  it('grants the roles that a key has, and no other', () => {
    for (const role of ['reject', 'write', 'admin'] as const)
      expect([role, decisionOn({ ...asked, role })]).toEqual([role, 403]);
    expect(decisionOn({ ...asked, role: 'list', session: 'any:1' })).toBe('granted');
  });

  it.each<[string, string | undefined]>([
    ['none', undefined],
    ['another scheme', `Basic ${key}`],
    ['an unknown id', `Bearer ${createApiKey({ id: 'k2', scopes: ['read:*'] }).key}`],
    [
      'another secret of a known id',
      `Bearer ${createApiKey({ id: 'k1', scopes: ['read:*'] }).key}`,
    ],
    ['a checksum that is off', `Bearer ${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`],
    ['a key with something behind it', `Bearer ${key} x`],
    ['the digest in its place', `Bearer ${entry.digest}`],
    ['something huge', `Bearer ${'x'.repeat(100_000)}`],
  ])('knows nobody by credentials that are %s', (_name, authorization) => {
    expect(decisionOn({ ...asked, authorization })).toBe(401);
  });

  it('forgets a key at its expiry', () => {
    expect(decisionOn({ ...asked, now: 999 })).toBe('granted');
    expect(decisionOn({ ...asked, now: 1000 })).toBe(401);
  });

  it('keeps nothing of a key that would open anything', () => {
    const secret = key.split('_')[2] as string;
    expect(JSON.stringify(entry)).not.toContain(secret.slice(0, 16));
    expect(key).toMatch(/^unx_k1_[0-9a-f]{72}$/);
  });

  it.each([
    'read',
    'read:',
    'read:acme',
    'write:acme:*',
    'root:acme:',
    'read:a/b:',
    'read:%61:',
    '',
  ])('takes %p for no scope', (text) => {
    expect(scopeOf(text)).toBeUndefined();
    expect(() => createApiKey({ id: 'a', scopes: [text] })).toThrow(
      'scopes/0: expected role:prefix',
    );
  });

  it.each([
    'acme',
    'acme:',
    ':a',
    'a/b:c',
    'a:%2e',
    'a:b c',
    'a:é',
    `a:${'b'.repeat(200)}`,
    '.a:b',
  ])('takes %p for no session key', (text) => expect(text).not.toMatch(SESSION_KEY));
});
