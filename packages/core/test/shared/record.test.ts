import { describe, expect, it } from '@jest/globals';
import { TokenError, tokenErrorOf } from '../../src/index.ts';
import { readStored } from '../../src/shared/record.ts';
import { isActive } from '../../src/session/store.ts';
import { jwt } from '../support/jwt.ts';

const NOW = 1_800_000_000_000;
const read = (value: unknown) => readStored({ value, version: '7' }, 'file', NOW);
const active = {
  v: 1,
  session: 's',
  gen: 3,
  status: 'active',
  issuedAt: NOW,
  turn: NOW,
  tokens: { accessToken: 'a', refreshToken: 'r' },
};

describe('a store that holds', () => {
  it.each([
    ['nothing', undefined, { record: undefined, version: undefined }],
    [
      'an empty place with a version',
      { value: null, version: '7' },
      { record: undefined, version: '7' },
    ],
    ['an undefined value', { value: undefined, version: '7' }, { record: undefined, version: '7' }],
  ])('%s has no record', (_, stored, sight) => {
    expect(readStored(stored, 'file', NOW)).toEqual(sight);
  });

  it.each([
    ['an active session', active],
    ['a tombstone', { v: 1, session: 's', gen: 3, status: 'signedOut', issuedAt: NOW, turn: NOW }],
    [
      'a session with marks',
      {
        ...active,
        intent: { gen: 3, owner: 'o', startedAt: 1, attempt: 1 },
        dead: { gen: 3, code: 'c', at: 1 },
      },
    ],
    ['a session with members of a later version of the same format', { ...active, later: true }],
    ['tokens that have expired', { ...active, tokens: { accessToken: 'a', expiresAt: 0 } }],
    [
      'a session begun on a clock near the epoch',
      { ...active, issuedAt: 0, tokens: { accessToken: 'a', expiresAt: 3_600_000 } },
    ],
  ])('%s gives it as it is', (_, value) => {
    expect(read(value)).toEqual({ record: value, version: '7' });
  });

  it.each([
    ['another format version', { ...active, v: 2 }],
    ['a version that is no number', { ...active, v: '1' }],
    ['bare tokens with a version of something else', { v: 3, accessToken: 'secret-text' }],
  ])('%s is ERR_STORE_RECORD, and somebody’s: nothing replaces it', (_, value) => {
    let thrown: unknown;
    try {
      read(value);
    } catch (error) {
      thrown = error;
    }
    const error = tokenErrorOf(thrown);
    expect(error).toMatchObject({ code: 'ERR_STORE_RECORD', action: 'fix' });
    expect(error?.message).toMatch(/^Store "file" holds a record of another format version/);
    expect(error?.message).not.toMatch(/secret|replace/);
  });

  it.each([
    ['no tokens', { ...active, tokens: undefined }, /a session record that is damaged/],
    [
      'tokens without an access token',
      { ...active, tokens: { refreshToken: 'r' } },
      /a session record that is damaged/,
    ],
    [
      'tokens as the server sent them',
      { ...active, tokens: { access_token: 'secret-text' } },
      /a session record that is damaged/,
    ],
    [
      'a token that no header may carry',
      { ...active, tokens: { accessToken: 'secret text' } },
      /a session record that is damaged/,
    ],
    ['no session', { ...active, session: undefined }, /a session record that is damaged/],
    [
      'a generation that is no integer',
      { ...active, gen: 1.5 },
      /a session record that is damaged/,
    ],
    [
      'a generation beyond what can be counted',
      { ...active, gen: 2 ** 60 },
      /a session record that is damaged/,
    ],
    [
      'a status that nobody knows',
      { ...active, status: 'paused' },
      /a session record that is damaged/,
    ],
    ['no time of issue', { ...active, issuedAt: '2026' }, /a session record that is damaged/],
    ['a string', 'secret-text', /not a session record/],
    ['a number', 7, /not a session record/],
    ['false', false, /not a session record/],
    ['an empty string', '', /not a session record/],
    ['an array', [active], /not a session record/],
    ['an empty object', {}, /not a session record/],
    ['somebody else’s object', { user: 'secret-text' }, /not a session record/],
    ['bare tokens that cannot be sent', { accessToken: 'secret text' }, /not a session record/],
    [
      'bare tokens with an expiry in seconds',
      { accessToken: 'secret-text', expiresAt: 1_800_000_000 },
      /not a session record/,
    ],
    ['no turn', { ...active, turn: undefined }, /a session record that is damaged/],
  ])(
    '%s cannot be read: an error that names the store, and quotes nothing',
    (_, value, message) => {
      const { record, version, unreadable } = read(value);
      expect([record, version]).toEqual([undefined, '7']);
      expect(unreadable).toMatchObject({ code: 'ERR_STORE_RECORD', action: 'fix' });
      expect(unreadable?.message).toMatch(message);
      expect(unreadable?.message).toMatch(/"file".*setSession\(\) and signOut\(\) replace it/);
      expect(unreadable?.message).not.toMatch(/secret/);
    },
  );

  it('what the store itself cannot read says so in its words, and may be replaced', () => {
    const unreadable = new TokenError('ERR_STORE_RECORD', { message: 'The key is lost' });
    expect(readStored({ value: active, version: '7', unreadable }, 'file', NOW)).toEqual({
      record: undefined,
      version: '7',
      unreadable,
    });
  });

  it('bare tokens with an expiresIn, counted from nobody knows when, is read without it', () => {
    expect(read({ accessToken: 'a', expiresIn: 3600 }).record?.tokens).toEqual({
      accessToken: 'a',
    });
  });

  it('bare tokens of another program starts a session, whose id every reader derives alike', () => {
    const first = read({ accessToken: 'a', refreshToken: 'r' });
    expect(first.record).toMatchObject({
      v: 1,
      gen: 0,
      status: 'active',
      issuedAt: NOW,
      turn: 1, // nobody knows when: a sign-in after having seen it is later
      tokens: { accessToken: 'a', refreshToken: 'r' },
    });
    expect(first.imported).toBe(true);
    expect(first.version).toBe('7');
    expect(read({ refresh_token: 'r', access_token: 'a' }).record?.session).toBe(
      first.record?.session,
    );
    expect(read({ accessToken: 'a', refreshToken: 'other' }).record?.session).not.toBe(
      first.record?.session,
    );
    expect(read({ accessToken: 'a' }).record?.session).not.toBe(first.record?.session);
    expect(first.record?.session).not.toContain('r'.repeat(2));
  });

  it('a bare JWT has the expiry that it says, since nobody knows when it was issued by this clock', () => {
    const accessToken = jwt({ iat: NOW / 1000 - 7200, exp: NOW / 1000 - 3600 });
    expect(read({ accessToken }).record?.tokens?.expiresAt).toBe(NOW - 3_600_000);
  });

  it('a bare answer has no lifetime: nobody knows when it began', () => {
    expect(read({ access_token: 'a', expires_in: 60 }).record?.tokens).toEqual({
      accessToken: 'a',
    });
    const beside = { issued_at: NOW / 1000 - 10 };
    expect(read({ access_token: 'a', expires_in: 60, ...beside }).record?.tokens?.expiresAt).toBe(
      NOW + 50_000,
    );
  });

  it('keys of a prototype is not read through them', () => {
    for (const text of [
      `{"__proto__":${JSON.stringify(active)}}`,
      '{"__proto__":{"accessToken":"a"}}',
    ])
      expect(read(JSON.parse(text)).unreadable?.message).toMatch(/not a session record/);
  });
});

it('only an active record has a session that goes on', () => {
  expect(isActive(read(active).record)).toBe(true);
  expect(isActive(read({ ...active, status: 'signedOut' }).record)).toBe(false);
  expect(isActive(undefined)).toBe(false);
});
