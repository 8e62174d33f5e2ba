import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import type { Sight } from '../../src/shared/record.ts';
import type { ActiveRecord } from '../../src/session/store.ts';
import { createSessionState, type EventBody } from '../../src/session/state.ts';
import type { SessionRecord } from '../../src/session/store.ts';
import { testClock } from '../support/clock.ts';

const REMEMBERED = 1000;

const active = (
  session: string,
  gen: number,
  more: Partial<SessionRecord> & { accessToken?: string } = {},
): ActiveRecord => {
  const { accessToken = `${session}-${gen}`, ...rest } = more;
  return {
    v: 1,
    session,
    gen,
    status: 'active',
    issuedAt: 0,
    turn: 0,
    tokens: { accessToken, refreshToken: 'r' },
    ...rest,
  } as ActiveRecord;
};
const tombstone = (session: string): SessionRecord => ({
  v: 1,
  session,
  gen: 9,
  status: 'signedOut',
  issuedAt: 0,
  turn: 0,
});
const seen = (record: SessionRecord | undefined): Sight => ({ record, version: undefined });
const NOTHING = seen(undefined);

/** A state, and what it has told so far: events in short, `!` for "changed". */
function stateOf() {
  const told: string[] = [];
  const events: EventBody[] = [];
  const state = createSessionState({
    clock: testClock(),
    random: () => 0.5,
    windows: { skewWindow: 0, backgroundWindow: 0 },
    emit(event, token) {
      events.push(event);
      told.push(
        [event.type, 'by' in event ? `by ${event.by}` : '', token ?? '']
          .filter((part) => part !== '')
          .join(' '),
      );
    },
    changed: () => void told.push('!'),
  });
  return { state, events, told, heard: () => told.splice(0) };
}

/** With generation 1 of session `s` held and stored. */
function signedIn() {
  const all = stateOf();
  all.state.take(seen(active('s', 1)), 'store');
  all.heard();
  return all;
}

describe('the first look at the store', () => {
  it('that finds nothing says so, and is no news', () => {
    const { state, heard } = stateOf();
    expect(state.take(NOTHING, 'store')).toBe('nothing');
    expect(state.phase).toBe('empty');
    expect(heard()).toEqual([]);
  });

  it('that finds a session takes it, and turns nobody away', () => {
    const { state, heard } = stateOf();
    expect(state.take(seen(active('s', 1)), 'peer')).toBe('other');
    expect(state).toMatchObject({ phase: 'active', epoch: 0, stored: true, refused: false });
    expect(state.held).toMatchObject({ origin: 'signIn', token: { accessToken: 's-1' } });
    expect(heard()).toEqual(['signedIn by store s-1', '!']);
  });

  it('that finds a tombstone turns nobody away, and knows that session to be over', () => {
    const { state, heard } = stateOf();
    expect(state.take(seen(tombstone('s')), 'peer')).toBe('signedOut');
    expect(state).toMatchObject({ phase: 'signedOut', epoch: 0, stored: false });
    expect(heard()).toEqual(['signedOut by store', '!']);
    expect(state.relate(seen(active('s', 5)))).toBe('older');
    expect(state.relate(seen(active('t', 0)))).toBe('other');
  });

  it('that finds a session marked as dead knows it before anybody is told to look again', () => {
    const { state, told, heard } = stateOf();
    state.take(seen(active('s', 1, { dead: { gen: 1, code: 'invalid_grant', at: 0 } })), 'store');
    expect(state.dead).toMatchObject({
      code: 'ERR_SESSION_ENDED',
      message: 'The server ended the session (invalid_grant)',
    });
    expect(told.indexOf('sessionEnded s-1')).toBeLessThan(told.lastIndexOf('!'));
    expect(heard().filter((line) => line !== '!')).toEqual([
      'signedIn by store s-1',
      'sessionEnded s-1',
    ]);
  });
});

describe('a later look', () => {
  it('that finds the same generation changes nothing, but that it is known to be stored', () => {
    const { state, heard } = signedIn();
    state.stored = false;
    state.refused = true;
    expect(state.take(seen(active('s', 1)), 'peer')).toBe('same');
    expect(state).toMatchObject({ epoch: 0, stored: true, refused: true });
    expect(heard()).toEqual([]);
  });

  it('that finds a newer one takes it; the refusal was of the older', () => {
    const { state, events, heard } = signedIn();
    state.refused = true;
    const tokens = { accessToken: 's-2', refreshToken: 'r', expiresAt: 2e12 };
    expect(state.take(seen(active('s', 2, { tokens })), 'peer')).toBe('newer');
    expect(state).toMatchObject({
      phase: 'active',
      epoch: 0,
      stored: true,
      refused: false,
      held: { origin: 'refresh' },
    });
    expect(events.at(-1)).toEqual({
      type: 'refreshed',
      by: 'peer',
      duration: 0,
      lockWait: 0,
      expiresAt: 2e12,
    });
    expect(heard()).toEqual(['refreshed by peer s-2', '!']);
  });

  it('that finds an older one changes nothing', () => {
    const { state, heard } = signedIn();
    expect(state.take(seen(active('s', 0)), 'peer')).toBe('older');
    expect(state.held?.record.gen).toBe(1);
    expect(heard()).toEqual([]);
  });

  it('that finds another sign-in takes it, and turns away who waited', () => {
    const { state, heard } = signedIn();
    expect(state.take(seen(active('t', 0)), 'peer')).toBe('other');
    expect(state).toMatchObject({
      phase: 'active',
      epoch: 1,
      stored: true,
      held: { origin: 'signIn' },
    });
    expect(heard()).toEqual(['signedIn by peer t-0', '!']);
    expect(state.relate(seen(active('s', 9)))).toBe('older');
  });

  it('that finds a first sign-in turns nobody away', () => {
    const { state, heard } = stateOf();
    state.take(NOTHING, 'store');
    state.take(seen(active('s', 0)), 'peer');
    expect(state.epoch).toBe(0);
    expect(heard()).toEqual(['signedIn by peer s-0', '!']);
  });

  it('that finds a tombstone ends the session', () => {
    const { state, heard } = signedIn();
    state.refused = true;
    expect(state.take(seen(tombstone('s')), 'peer')).toBe('signedOut');
    expect(state).toMatchObject({
      phase: 'signedOut',
      held: undefined,
      epoch: 1,
      refused: false,
      stored: false,
    });
    expect(heard()).toEqual(['signedOut by peer', '!']);
    expect(state.relate(seen(active('s', 9)))).toBe('older');
  });

  it('that finds nothing ends a session that was stored, and no other', () => {
    const { state, heard } = signedIn();
    state.stored = false;
    expect(state.take(NOTHING, 'peer')).toBe('older');
    expect(state.phase).toBe('active');
    state.stored = true;
    expect(state.take(NOTHING, 'peer')).toBe('gone');
    expect(state).toMatchObject({ phase: 'signedOut', epoch: 1 });
    expect(heard()).toEqual(['signedOut by peer', '!']);
  });

  it('that finds the tombstone of one more session, after a sign-out, knows that one to be over too', () => {
    const { state, heard } = signedIn();
    state.leave('self');
    heard();
    expect(state.take(seen(tombstone('t')), 'peer')).toBe('signedOut');
    expect(state.take(NOTHING, 'peer')).toBe('nothing');
    expect(state).toMatchObject({ phase: 'signedOut', epoch: 1 });
    expect(heard()).toEqual([]);
    expect(state.relate(seen(active('t', 3)))).toBe('older');
  });

  it('that finds a mark of death is news once, and only for the generation that it names', () => {
    const { state, heard } = signedIn();
    state.take(seen(active('s', 1, { dead: { gen: 0, code: 'invalid_grant', at: 0 } })), 'peer');
    expect(state.dead).toBeUndefined();
    const marked = seen(active('s', 1, { dead: { gen: 1, code: 'invalid_grant', at: 0 } }));
    state.take(marked, 'peer');
    const { dead } = state;
    state.take(marked, 'peer');
    expect(state.dead).toBe(dead);
    expect(heard()).toEqual(['sessionEnded s-1', '!']);
  });
});

describe('a sign-out', () => {
  it('ends the session and turns away who waits, every time; it is news once', () => {
    const { state, heard } = signedIn();
    state.leave('self');
    state.leave('self');
    expect(state).toMatchObject({ phase: 'signedOut', held: undefined, dead: undefined, epoch: 2 });
    expect(heard()).toEqual(['signedOut by self', '!', '!']);
  });

  it('does not end the session that somebody signs in to afterwards', () => {
    const { state } = signedIn();
    state.leave('self');
    expect(state.take(seen(active('t', 0)), 'peer')).toBe('other');
    expect(state.phase).toBe('active');
  });

  it('before the store was read is meant for the first session that is seen there, and for no later one', () => {
    const { state, heard } = stateOf();
    state.leave('self');
    state.leave('self');
    expect(state.epoch).toBe(2);
    expect(state.take(NOTHING, 'store')).toBe('nothing');
    expect(state.phase).toBe('signedOut');
    expect(state.take(seen(active('s', 1)), 'store')).toBe('older');
    expect(state).toMatchObject({ phase: 'signedOut', held: undefined });
    expect(heard()).toEqual(['signedOut by self', '!', '!']);
    expect(state.take(seen(active('t', 0)), 'peer')).toBe('other');
    expect(state.phase).toBe('active');
  });

  it('before the store was read is not meant for what this manager signs in to next', () => {
    const { state } = stateOf();
    state.leave('self');
    state.commit(active('t', 0), true, 'signIn');
    state.leave('peer');
    expect(state.take(seen(active('u', 0)), 'peer')).toBe('other');
  });
});

describe('what this manager obtained itself', () => {
  it('is held, and everybody looks again', () => {
    const { state, heard } = signedIn();
    state.refused = true;
    state.markDead(new TokenError('ERR_SESSION_ENDED'));
    heard();
    state.commit(active('s', 2), true, 'refresh');
    expect(state).toMatchObject({ epoch: 0, refused: false, stored: true, dead: undefined });
    expect(state.held).toMatchObject({ origin: 'refresh', token: { accessToken: 's-2' } });
    expect(heard()).toEqual(['!']);
  });

  it('and could not store leaves the session one that was stored, if it was', () => {
    const { state } = signedIn();
    state.commit(active('s', 2), false, 'refresh');
    expect(state.stored).toBe(true);
    state.commit(active('t', 0), false, 'signIn');
    expect(state.stored).toBe(false);
    state.commit(active('t', 1), false, 'refresh');
    expect(state.stored).toBe(false);
    state.commit(active('t', 2), true, 'refresh');
    expect(state.stored).toBe(true);
  });

  it('of another session ends the one before; of one that was over, brings it back', () => {
    const { state } = signedIn();
    state.commit(active('s', 2), true, 'refresh');
    expect([...state.past]).toEqual([]);
    state.commit(active('t', 0), true, 'signIn');
    expect([...state.past]).toEqual(['s']);
    state.commit(active('s', 3), true, 'signIn');
    expect([...state.past]).toEqual(['t']);
  });
});

it('a sign-in that begins turns away who waits for another session, and who waits for another sign-in', () => {
  const { state, heard } = stateOf();
  state.suspend(false);
  expect(state.epoch).toBe(0);
  state.suspend(true);
  expect(state.epoch).toBe(1);
  state.commit(active('s', 1), true, 'signIn');
  state.suspend(false);
  expect(state.epoch).toBe(2);
  expect(heard()).toEqual(['!', '!', '!', '!']);
});

it('a session dies once, and only while it is held', () => {
  const { state, heard } = stateOf();
  const [first, second] = [
    new TokenError('ERR_SESSION_ENDED'),
    new TokenError('ERR_SESSION_ENDED'),
  ];
  state.markDead(first);
  expect(state.dead).toBeUndefined();
  state.commit(active('s', 1), true, 'signIn');
  heard();
  state.markDead(first);
  state.markDead(second);
  expect(state.dead).toBe(first);
  expect(heard()).toEqual(['sessionEnded s-1', '!']);
});

describe('what is remembered', () => {
  it('is which generation a token belongs to, the newest where it came twice', () => {
    const { state } = signedIn();
    expect(state.generationOf('s-1')).toEqual({ session: 's', gen: 1 });
    expect(state.generationOf('s-2')).toBeUndefined();
    state.commit(active('s', 2, { accessToken: 's-1' }), true, 'refresh');
    expect(state.generationOf('s-1')).toEqual({ session: 's', gen: 2 });
  });

  it('is a thousand tokens, the newest', () => {
    const { state } = stateOf();
    for (let gen = 0; gen < REMEMBERED; gen++) state.commit(active('s', gen), true, 'refresh');
    expect(state.generationOf('s-0')?.gen).toBe(0);
    state.commit(active('s', REMEMBERED, { accessToken: 's-0' }), true, 'refresh');
    expect(state.generationOf('s-1')?.gen).toBe(1);
    state.commit(active('s', REMEMBERED + 1), true, 'refresh');
    expect(state.generationOf('s-1')).toBeUndefined();
    expect(state.generationOf('s-2')?.gen).toBe(2);
    expect(state.generationOf('s-0')?.gen).toBe(REMEMBERED);
  });

  it.each([
    ['were buried', (state: ReturnType<typeof stateOf>['state'], id: string) => state.bury(id)],
    [
      'followed each other',
      (state: ReturnType<typeof stateOf>['state'], id: string) =>
        state.commit(active(id, 0), true, 'signIn'),
    ],
    [
      'were signed out of',
      (state: ReturnType<typeof stateOf>['state'], id: string) => {
        state.commit(active(id, 0), true, 'signIn');
        state.leave('self');
      },
    ],
  ])('is a thousand sessions that %s', (_, end) => {
    const { state } = stateOf();
    for (let count = 0; count < REMEMBERED + 5; count++) end(state, `s${count}`);
    expect(state.past.size).toBe(REMEMBERED);
    expect(state.past.has('s0')).toBe(false);
    expect(state.past.has(`s${REMEMBERED + 3}`)).toBe(true);
  });
});
