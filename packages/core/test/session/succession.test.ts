import { describe, expect, it } from '@jest/globals';
import {
  birthNow,
  expiresLater,
  firstGeneration,
  nextGeneration,
  plain,
  tombstoneOf,
  turnAfter,
  withoutMarks,
  writtenOver,
} from '../../src/session/succession.ts';
import type { ActiveRecord } from '../../src/session/store.ts';
import { fingerprint } from '../../src/tokens/fingerprint.ts';
import { active, tombstone } from '../support/records.ts';

const KEPT = 32;
const birth = (more = {}) => ({
  session: 'new',
  now: 1000,
  issuedAt: 900,
  subject: undefined,
  ...more,
});
const prints = (...tokens: string[]): string[] => tokens.map(fingerprint);
const pair = (number: number) => ({ accessToken: `a-${number}`, refreshToken: `r-${number}` });

describe('the next generation', () => {
  it('keeps its session, its turn, and members that are not known here; intent and dead mark belong to one generation', () => {
    const record = {
      ...active('s', 4, { turn: 7, subject: 'jwt:me', past: ['p'] }),
      audiences: { api: 'x' },
      intent: { gen: 4, owner: 'o', startedAt: 1, attempt: 1 },
      dead: { gen: 4, code: 'invalid_grant', at: 1 },
    } as ActiveRecord;
    expect(nextGeneration(record, pair(5), 55, undefined)).toEqual({
      v: 1,
      session: 's',
      gen: 5,
      status: 'active',
      turn: 7,
      subject: 'jwt:me',
      past: ['p'],
      audiences: { api: 'x' },
      tokens: pair(5),
      issuedAt: 55,
      spent: prints('s-rt-4'),
    });
    expect(nextGeneration(record, pair(5), 55, 'jwt:other').subject).toBe('jwt:other');
  });

  it.each([
    ['stays the same', { accessToken: 'a', refreshToken: 's-rt-0' }, undefined],
    ['is not there', { accessToken: 'a' }, prints('s-rt-0')],
    ['is another', pair(1), prints('s-rt-0')],
  ])('whose refresh token %s has as spent %p', (_, tokens, spent) => {
    expect(nextGeneration(active('s', 0), tokens, 1, undefined).spent).toEqual(spent);
  });

  it('of a session without a refresh token has nothing spent', () => {
    const record = active('s', 0, { tokens: { accessToken: 'a' } });
    expect(nextGeneration(record, pair(1), 1, undefined)).not.toHaveProperty('spent');
  });

  it('remembers 32 spent refresh tokens, the newest', () => {
    let record = active('s', 0, { tokens: pair(0) });
    for (let gen = 1; gen <= 40; gen++) record = nextGeneration(record, pair(gen), gen, undefined);
    const newest = Array.from({ length: KEPT }, (_, index) => `r-${index + 40 - KEPT}`);
    expect(record.spent).toEqual(prints(...newest));
    expect(JSON.stringify(record.spent).length).toBeLessThan(600);
  });
});

describe('a new session', () => {
  it('has a turn after what it replaces, and knows which refresh tokens are over; nothing else is left of it', () => {
    const found = { ...active('s', 3, { turn: 5000, past: ['p'], spent: ['q'] }), other: 1 };
    expect(firstGeneration(pair(0), birth({ subject: 'jwt:me' }), found)).toEqual({
      v: 1,
      session: 'new',
      gen: 0,
      status: 'active',
      tokens: pair(0),
      issuedAt: 900,
      turn: 5001,
      subject: 'jwt:me',
      past: ['p', 'q', ...prints('s-rt-3')],
    });
  });

  it('that replaces nothing has the turn of its clock, and nothing past', () => {
    const record = firstGeneration(pair(0), birth());
    expect(record.turn).toBe(1000);
    expect(record).not.toHaveProperty('past');
    expect(record).not.toHaveProperty('subject');
  });

  it('comes after everything that was found, each refresh token once, the newest 32', () => {
    const marks = (letter: string) => Array.from({ length: 20 }, (_, index) => `${letter}${index}`);
    const one = active('s', 0, { turn: 2000, past: marks('p') });
    const other = tombstone('t', { turn: 3000, past: [...marks('q'), 'p19'] });
    const record = firstGeneration(pair(0), birth(), one, other, undefined);
    expect([record.turn, record.past?.length]).toEqual([3001, KEPT]);
    expect(new Set(record.past).size).toBe(KEPT);
    expect(record.past?.slice(-20)).toEqual(marks('q'));
  });

  it('is made of a new id, the clock and the subject of its tokens', () => {
    const parts = { newId: () => 'id', clock: { now: () => 5 }, subjectOf: () => 'me' };
    expect(birthNow(parts, pair(0))).toEqual({ session: 'id', now: 5, issuedAt: 5, subject: 'me' });
  });
});

it.each([
  ['nothing', [undefined], 1000],
  ['something earlier', [active('s', 0, { turn: 3 })], 1000],
  ['something of the same ms', [active('s', 0, { turn: 1000 })], 1001],
  ['something later, as clocks differ', [active('s', 0, { turn: 9000 }), undefined], 9001],
])('a turn after %s', (_, replaced, turn) => {
  expect(turnAfter(1000, ...replaced)).toBe(turn);
});

it('a turn is never that of nobody', () => {
  expect([turnAfter(0), turnAfter(0, undefined)]).toEqual([1, 1]);
});

describe('a tombstone', () => {
  it('says of which session, and which refresh tokens are over; no token and no unknown member is left', () => {
    const record = { ...active('s', 3, { turn: 5000, spent: ['q'] }), other: 1 };
    expect(tombstoneOf(record, 'new', 1000, tombstone('t', { past: ['p'], turn: 7000 }))).toEqual({
      v: 1,
      session: 's',
      gen: 3,
      status: 'signedOut',
      issuedAt: 1000,
      turn: 7001,
      past: ['q', ...prints('s-rt-3'), 'p'],
    });
  });

  it('of nobody has an id of its own', () => {
    const record = tombstoneOf(undefined, 'new', 1000);
    expect(record).toMatchObject({ session: 'new', gen: 0, turn: 1000 });
    expect(record).not.toHaveProperty('past');
  });
});

describe('a record that is written over', () => {
  const mine = active('s', 3, { turn: 50, past: ['m'] });

  it('nothing, or an older generation of its session, stays as it is', () => {
    expect(writtenOver(mine, undefined)).toBe(mine);
    expect(writtenOver(mine, active('s', 1))).toBe(mine);
  });

  it('another session comes after that, and knows its refresh tokens to be over', () => {
    expect(writtenOver(mine, active('t', 9, { turn: 70, spent: ['q'] }))).toEqual({
      ...mine,
      turn: 71,
      past: ['q', ...prints('t-rt-9'), 'm'],
    });
    expect(writtenOver(mine, active('t', 9, { turn: 7 })).turn).toBe(50);
  });

  it('as a tombstone, over its own session, keeps its turn, and knows those tokens to be over', () => {
    const sign = tombstone('s', { turn: 60 });
    expect(writtenOver(sign, active('s', 9, { turn: 50 }))).toEqual({
      ...sign,
      past: prints('s-rt-9'),
    });
  });

  it('as an active one, over a tombstone of its own session, does not call its own tokens over', () => {
    expect(writtenOver(mine, tombstone('s', { turn: 40, past: ['x'] }))).toEqual(mine);
  });
});

it('intent and dead mark are taken off without a trace', () => {
  const record = active('s', 1);
  const marked = {
    ...record,
    intent: { gen: 1, owner: 'o', startedAt: 1, attempt: 1 },
    dead: { gen: 1, code: 'x', at: 1 },
  };
  expect(withoutMarks(marked)).toEqual(record);
});

it('what is undefined is not there', () => {
  expect(Object.keys(plain({ accessToken: 'a', refreshToken: undefined, expiresAt: 0 }))).toEqual([
    'accessToken',
    'expiresAt',
  ]);
});

it.each([
  [2, 1, true],
  [1, 1, false],
  [1, 2, false],
  [undefined, 1, undefined],
  [1, undefined, undefined],
])('an expiry of %p is later than %p: %p', (expiresAt, than, later) => {
  const tokens = (at: number | undefined) => ({ accessToken: 'a', expiresAt: at });
  expect(expiresLater(tokens(expiresAt), tokens(than))).toBe(later);
});
