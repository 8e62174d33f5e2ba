import { describe, expect, it } from '@jest/globals';
import { knownKey } from '../src/api-keys.ts';
import { authorize } from '../src/authorize.ts';
import { scopeOf, SESSION_KEY } from '../src/scopes.ts';
import { createApiKey } from '../src/index.ts';

const { key, entry } = createApiKey({
  id: 'k1',
  scopes: ['read:acme:', 'list:*'],
  expiresAt: 1000,
});
const keys = new Map([['k1', knownKey(entry, 'test')]]);
const asked = {
  authorization: `Bearer ${key}`,
  roles: ['read' as const],
  session: 'acme:42',
  now: 0,
};

describe('who may do what', () => {
  it('grants what a scope names, and nothing of a neighbour whose name begins alike', () => {
    expect(authorize(keys, asked)).toBe('granted');
    expect(authorize(keys, { ...asked, session: 'acme:a:b' })).toBe('granted');
    for (const session of ['acmecorp:42', 'acme', 'ACME:42', 'acme.:42', 'other:acme:42'])
      expect([session, authorize(keys, { ...asked, session })]).toEqual([session, 403]);
  });

  it('wants every role that a request needs', () => {
    expect(authorize(keys, { ...asked, roles: ['read', 'reject'] })).toBe(403);
    expect(authorize(keys, { ...asked, roles: ['list'], session: 'any:1' })).toBe('granted');
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
    expect(authorize(keys, { ...asked, authorization })).toBe(401);
  });

  it('forgets a key at its expiry', () => {
    expect(authorize(keys, { ...asked, now: 999 })).toBe('granted');
    expect(authorize(keys, { ...asked, now: 1000 })).toBe(401);
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
