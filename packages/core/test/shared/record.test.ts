import { describe, expect, it } from '@jest/globals';
import { tokenErrorOf } from '../../src/index.ts';
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
    ['another format version', { ...active, v: 2 }, /another format version/],
    ['a version that is no number', { ...active, v: '1' }, /another format version/],
    [
      'bare tokens with a version of something else',
      { v: 3, accessToken: 'secret-text' },
      /another format version/,
    ],
    ['no tokens', { ...active, tokens: undefined }, /not a session record/],
    [
      'tokens without an access token',
      { ...active, tokens: { refreshToken: 'r' } },
      /not a session record/,
    ],
    [
      'tokens as the server sent them',
      { ...active, tokens: { access_token: 'secret-text' } },
      /not a session record/,
    ],
    [
      'a token that no header may carry',
      { ...active, tokens: { accessToken: 'secret text' } },
      /not a session record/,
    ],
    ['no session', { ...active, session: undefined }, /not a session record/],
    ['a generation that is no integer', { ...active, gen: 1.5 }, /not a session record/],
    [
      'a generation beyond what can be counted',
      { ...active, gen: 2 ** 60 },
      /not a session record/,
    ],
    ['a status that nobody knows', { ...active, status: 'paused' }, /not a session record/],
    ['no time of issue', { ...active, issuedAt: '2026' }, /not a session record/],
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
  ])('%s is ERR_STORE_RECORD, which names the store and quotes nothing', (_, value, message) => {
    let thrown: unknown;
    try {
      read(value);
    } catch (error) {
      thrown = error;
    }
    const error = tokenErrorOf(thrown);
    expect(error).toMatchObject({ code: 'ERR_STORE_RECORD', action: 'fix' });
    expect(error?.message).toMatch(message);
    expect(error?.message).toContain('"file"');
    expect(error?.message).not.toMatch(/secret/);
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
      turn: NOW,
      tokens: { accessToken: 'a', refreshToken: 'r' },
    });
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
    expect(() => read(JSON.parse(`{"__proto__":${JSON.stringify(active)}}`))).toThrow(
      /not a session record/,
    );
    expect(() => read(JSON.parse('{"__proto__":{"accessToken":"a"}}'))).toThrow(
      /not a session record/,
    );
  });
});

it('only an active record has a session that goes on', () => {
  expect(isActive(read(active).record)).toBe(true);
  expect(isActive(read({ ...active, status: 'signedOut' }).record)).toBe(false);
  expect(isActive(undefined)).toBe(false);
});
