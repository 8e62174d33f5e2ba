import { describe, expect, it } from '@jest/globals';
import { createSessionState } from '../../src/session/state.ts';
import type { ActiveRecord, SessionRecord } from '../../src/session/store.ts';
import { tombstoneOf } from '../../src/session/succession.ts';
import { createSync } from '../../src/shared/sync.ts';
import { fingerprint } from '../../src/tokens/fingerprint.ts';
import { subjectOf } from '../../src/tokens/subject.ts';
import { testClock } from '../support/clock.ts';
import { another, expired } from '../support/flight.ts';

const T = 2e12;
const sight = (record: SessionRecord | undefined) => ({
  record,
  version: record === undefined ? undefined : '1',
});
const nothing = sight(undefined);

/** What a manager knows, after it has looked at `stored`. */
function stageOf(stored?: SessionRecord) {
  const clock = testClock();
  const told: string[] = [];
  const warned: string[] = [];
  const state = createSessionState({
    clock,
    random: () => 0,
    windows: { skewWindow: 0, backgroundWindow: 0 },
    acquires: false,
    emit(event) {
      told.push([event.type, 'code' in event ? event.code : ''].join(' ').trim());
      if ('message' in event) warned.push(event.message);
    },
    changed: () => undefined,
  });
  const sync = createSync({ state, clock, subjectOf, nothingOwed: () => told.push('paid') });
  sync.take(sight(stored));
  told.length = 0;
  return { clock, state, sync, told, warned };
}
const commit = ({ sync }: ReturnType<typeof stageOf>, record: ActiveRecord) =>
  sync.commit(record, { by: 'self', origin: 'signIn' });

describe('what a manager owes', () => {
  it('is nothing after it has looked', () => {
    const { sync } = stageOf(expired(1));
    expect([sync.owes(), sync.due(sight(expired(1)))]).toEqual([false, undefined]);
  });

  it('is a generation that could not be stored, as it is: nobody else can have begun to redeem it', () => {
    const { sync, state } = stageOf(expired(1));
    sync.ahead(expired(2));
    state.adopt(expired(2), { by: 'self', origin: 'refresh' });
    expect([sync.owes(), sync.due(sight(expired(1)))]).toEqual([true, expired(2)]);
  });

  it('is what a store has forgotten, with the intent of nobody known: others may have been forgotten with it', () => {
    const { sync, clock } = stageOf(expired(2));
    expect(sync.take(sight(expired(1)))).toBe('older');
    expect(sync.owes()).toBe(true);
    expect(sync.due(sight(expired(1)))).toEqual({
      ...expired(2),
      intent: { gen: 2, owner: '', startedAt: clock.now(), attempt: 0 },
    });
  });

  it('is marked in the same way after it was paid once, and forgotten again', () => {
    const { sync, state } = stageOf(expired(1));
    sync.ahead(expired(2));
    state.adopt(expired(2), { by: 'self', origin: 'refresh' });
    sync.paid(expired(2));
    expect(sync.owes()).toBe(false);
    sync.take(sight(expired(1)));
    expect(sync.due(sight(expired(1)))?.intent).toMatchObject({ gen: 2, owner: '' });
  });

  it('over another session has a later turn than that, and lists its refresh token as over', () => {
    const stage = stageOf(expired(1));
    commit(stage, another('t', T));
    const later = { ...another('u', T - 1), tokens: { accessToken: 'u', refreshToken: 'rt-u' } };
    const due = stage.sync.due(sight(later));
    expect(due?.session).toBe('t');
    expect(due?.turn).toBeGreaterThan(later.turn);
    expect(due?.past).toContain(fingerprint('rt-u'));
  });

  it('is a sign-out, of whatever session is found where none was ever read', () => {
    const { sync, state } = stageOf();
    sync.end(tombstoneOf(state.record, 'nobody', 5), true);
    expect(sync.owesSignOut()).toBe(true);
    expect(sync.due(sight(another('t', T)))).toMatchObject({ session: 't', status: 'signedOut' });
  });

  it('is a sign-out of what was known, and gives way to a later sign-in', () => {
    const { sync, state } = stageOf(expired(1));
    sync.end(tombstoneOf(state.record, 'nobody', 5), false);
    expect(sync.due(sight(expired(4)))).toMatchObject({ session: 's', status: 'signedOut' });
    expect(sync.due(sight(another('t', T)))).toBeUndefined();
  });

  it('is still owed when an earlier record was written in between', () => {
    const { sync, state } = stageOf(expired(1));
    sync.ahead(expired(2));
    state.adopt(expired(2), { by: 'self', origin: 'refresh' });
    const tombstone = tombstoneOf(expired(2), 's', T);
    sync.end(tombstone, false); // while generation 2 was on its way to the store
    sync.paid(expired(2));
    expect([sync.owes(), sync.owesSignOut(), state.record]).toEqual([true, true, tombstone]);
    expect(sync.due(sight(expired(2)))).toMatchObject({ session: 's', status: 'signedOut' });
  });

  it('tells the loop that waits to pay as soon as it is nothing any more', () => {
    const { sync, state, told } = stageOf(expired(1));
    sync.ahead(expired(2));
    state.adopt(expired(2), { by: 'self', origin: 'refresh' });
    told.length = 0;
    sync.take(sight(expired(3)));
    expect([sync.owes(), told]).toEqual([false, ['paid', 'refreshed']]);
  });
});

describe('what a manager takes over', () => {
  it.each([
    ['a generation more of the same session', expired(2), 'refresh'],
    ['another session', another('t', T), 'signIn'],
  ] as const)('knows whether it came of a refresh or of a sign-in: %s', (_, record, origin) => {
    const { sync, state } = stageOf(expired(1));
    sync.take(sight(record));
    expect(state.current?.origin).toBe(origin);
  });

  it('with the word that the server has ended it has the server’s code', () => {
    const { sync, state, told } = stageOf(expired(1));
    const dead = { gen: 1, code: 'invalid_grant', at: 5 };
    sync.take(sight({ ...expired(1), dead }));
    expect(state.dead).toMatchObject({
      code: 'ERR_SESSION_ENDED',
      message: 'The server ended the session (invalid_grant)',
    });
    expect(told).toContain('sessionEnded');
  });

  it('is its own sign-out with the turn that it has in the store, so that a later sign-in comes after that', () => {
    const { sync, state } = stageOf(expired(1));
    const mine = tombstoneOf(expired(1), 's', 5);
    sync.end(mine, false);
    const stored = { ...mine, turn: T };
    expect(sync.take(sight(stored))).toBe('same');
    expect([state.record, sync.owes()]).toEqual([stored, false]);
  });

  it('is nothing of a session that it has ended without a look, or given up', () => {
    const unread = stageOf();
    unread.sync.end(tombstoneOf(unread.state.record, 'nobody', 5), true);
    unread.sync.learn(another('t', T));
    const given = stageOf(expired(1));
    given.sync.giveUp('t');
    given.sync.learn(another('t', T));
    expect([unread.state.current, given.state.current?.record]).toEqual([undefined, expired(1)]);
  });
});

describe('a new record of its own', () => {
  it('is all that it owed, and the loop that pays is told', () => {
    const stage = stageOf(expired(1));
    stage.sync.ahead(expired(2));
    commit(stage, another('t', T));
    expect([stage.sync.owes(), stage.told]).toEqual([false, ['paid', 'signedIn']]);
  });

  it('that is ahead of the store is not gone before it was there, where it is another session', () => {
    const { sync, state } = stageOf(expired(1));
    sync.ahead(another('t', T));
    state.adopt(another('t', T), { by: 'self', origin: 'signIn' });
    expect([sync.take(nothing), sync.take(sight(expired(1)))]).toEqual(['older', 'older']);
  });

  it('does not take the place of what memory knows before it is adopted', () => {
    const { sync, state } = stageOf(expired(1));
    sync.ahead(expired(2));
    expect(state.record).toEqual(expired(1));
  });
});

describe('a record that is gone, though nobody signed out', () => {
  it('ends the session for callers, with a warning; memory keeps it, and nothing is due', () => {
    const { sync, state, told, warned } = stageOf(expired(1));
    expect(sync.take(nothing)).toBe('gone');
    expect(warned).toEqual([
      'The stored session is gone, and nobody signed out: it ends here until it is back',
    ]);
    expect([sync.away(), state.current, state.record]).toEqual([true, undefined, expired(1)]);
    expect(told).toEqual(['warning AWAY', 'signedOut']);
    expect([sync.owes(), sync.due(nothing)]).toEqual([false, undefined]);
  });

  it('and is gone still tells nothing twice', () => {
    const { sync, told } = stageOf(expired(1));
    sync.take(nothing);
    sync.take(nothing);
    expect(told).toEqual(['warning AWAY', 'signedOut']);
  });

  it('and is back as it was: so is the session', () => {
    const { sync, state, told } = stageOf(expired(1));
    sync.take(nothing);
    sync.take(sight(expired(1)));
    expect([sync.away(), state.current?.record, sync.owes()]).toEqual([false, expired(1), false]);
    expect([told.at(-1), state.current?.origin]).toEqual(['signedIn', 'signIn']);
  });

  it('and is back with an older generation: ours is written first, then so is the session', () => {
    const { sync, state } = stageOf(expired(2));
    sync.take(nothing);
    sync.take(sight(expired(1)));
    expect([state.current, sync.owes()]).toEqual([undefined, true]);
    const due = sync.due(sight(expired(1)));
    expect(due).toMatchObject({ gen: 2, tokens: expired(2).tokens });
    sync.paid(due as SessionRecord);
    expect([sync.away(), state.current?.record.gen]).toEqual([false, 2]);
  });

  it.each([
    ['a newer generation', expired(2)],
    ['another session', another('t', T)],
  ])('and %s comes instead: that is the session', (_, record) => {
    const { sync, state } = stageOf(expired(1));
    sync.take(nothing);
    sync.take(sight(record));
    expect([sync.away(), state.current?.record]).toEqual([false, record]);
  });

  it('and a sign-out comes instead: it is over, which callers have been told', () => {
    const { sync, state, told } = stageOf(expired(1));
    sync.take(nothing);
    const tombstone = tombstoneOf(expired(1), 's', T);
    sync.take(sight(tombstone));
    expect([state.current, state.record]).toEqual([undefined, tombstone]);
    expect(told.filter((one) => one === 'signedOut')).toHaveLength(1);
    sync.take(sight(expired(1)));
    expect([state.current, sync.owes()]).toEqual([undefined, true]);
  });

  it('that was never stored is not gone: it is owed', () => {
    const stage = stageOf();
    stage.sync.ahead(expired(1));
    stage.state.adopt(expired(1), { by: 'self', origin: 'signIn' });
    expect(stage.sync.take(nothing)).toBe('older');
    expect(stage.sync.due(nothing)).toEqual(expired(1));
  });
});

describe('a record that was seen a while ago', () => {
  it('moves nothing back', () => {
    const { sync, state } = stageOf(expired(3));
    for (const record of [expired(2), { ...another('t', 0), turn: 0 }]) sync.learn(record);
    expect([state.current?.record, sync.owes()]).toEqual([expired(3), false]);
  });

  it('and is newer is taken over', () => {
    const { sync, state } = stageOf(expired(3));
    sync.learn(expired(4));
    expect(state.current?.record).toEqual(expired(4));
  });

  it('is a first sight where nothing was read yet', () => {
    const clock = testClock();
    const state = createSessionState({
      clock,
      random: () => 0,
      windows: { skewWindow: 0, backgroundWindow: 0 },
      acquires: false,
      emit: () => undefined,
      changed: () => undefined,
    });
    createSync({ state, clock, subjectOf, nothingOwed: () => undefined }).learn(expired(4));
    expect([state.phase, state.current?.record]).toEqual(['active', expired(4)]);
  });
});

describe('a sign-in of which nobody knows whether it was stored', () => {
  const aside = another('t', T);
  const set = () => {
    const stage = stageOf(expired(1));
    stage.sync.setAside(aside);
    return stage;
  };

  it('is owed, beside what memory knows, and comes after what it replaces', () => {
    const { sync, state } = set();
    const due = sync.due(sight(expired(1)));
    expect([sync.owes(), due, state.current?.record]).toEqual([
      true,
      { ...aside, past: [fingerprint('rt-1')] },
      expired(1),
    ]);
    const tie = { ...expired(1), turn: aside.turn };
    expect(sync.due(sight(tie))).toMatchObject({ turn: aside.turn + 1 });
  });

  it('is the session once it was paid', () => {
    const { sync, state } = set();
    sync.paid(aside);
    expect([sync.owes(), state.current?.record]).toEqual([false, aside]);
    expect([sync.aside(), state.current?.origin]).toEqual([undefined, 'signIn']);
  });

  it('is not due over anything newer, nor where the record is gone', () => {
    const { sync } = set();
    expect([sync.due(sight(expired(2))), sync.due(nothing)]).toEqual([undefined, undefined]);
    expect(sync.aside()).toEqual(aside);
  });

  it('lets the loop that pays go on while the store shows what it did', () => {
    const { sync, told } = set();
    expect(sync.take(sight(expired(1)))).toBe('same');
    expect([sync.owes(), told]).toEqual([true, []]);
  });

  it('stays where another sign-in is given up', () => {
    const { sync } = set();
    sync.giveUp('u');
    expect(sync.aside()).toEqual(aside);
  });

  it('is dropped at the sight of anything newer', () => {
    const { sync, state } = set();
    sync.take(sight(expired(2)));
    expect([sync.owes(), state.current?.record]).toEqual([false, expired(2)]);
  });

  it('is dropped by a later call, and does not count should it be found', () => {
    const { sync, state } = set();
    sync.giveUp('t');
    expect(sync.owes()).toBe(false);
    expect(sync.take(sight(aside))).toBe('older');
    expect(state.current?.record).toEqual(expired(1));
  });
});

describe('a bare token set that another program left is an announcement', () => {
  const bare = (tokens: ActiveRecord['tokens']) => ({
    ...sight({ ...another('imported-x', 1), turn: 1, tokens }),
    imported: true as const,
  });

  it('of the current refresh token with a new access token: the next generation', () => {
    const { sync, state } = stageOf(expired(1));
    sync.take(bare({ accessToken: 'x', refreshToken: 'rt-1', expiresAt: T }));
    expect(state.current?.record).toMatchObject({ session: 's', gen: 2 });
  });

  it('of tokens that are spent: older, and written over', () => {
    const { sync, state } = stageOf({ ...expired(2), spent: [fingerprint('rt-1')] });
    expect(sync.take(bare({ accessToken: 'x', refreshToken: 'rt-1' }))).toBe('older');
    expect(state.current?.record.gen).toBe(2);
  });

  it('of tokens that nobody knows: another session', () => {
    const { sync, state } = stageOf(expired(1));
    sync.take(bare({ accessToken: 'x', refreshToken: 'rt-x' }));
    expect(state.current?.record.session).toBe('imported-x');
  });
});
