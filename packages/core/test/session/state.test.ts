import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import type { EventBody } from '../../src/session/events.ts';
import { createSessionState } from '../../src/session/state.ts';
import { testClock } from '../support/clock.ts';
import { active, tombstone } from '../support/records.ts';

const REMEMBERED = 1000;
const HERE = { by: 'self', origin: 'signIn' } as const;
const OURS = { by: 'self', origin: 'refresh' } as const;
const PEER = { by: 'peer', origin: 'refresh' } as const;
const THERE = { by: 'peer', origin: 'signIn' } as const;

/** A state, and what it has told so far: events in short, `!` for "changed". */
function stateOf(acquires = false) {
  const told: string[] = [];
  const events: EventBody[] = [];
  const clock = testClock();
  const state = createSessionState({
    clock,
    acquires,
    random: () => 0.5,
    windows: { skewWindow: 0, backgroundWindow: 0 },
    emit(event, token) {
      events.push(event);
      const parts = [
        event.type,
        'by' in event ? event.by : '',
        'status' in event ? event.status : '',
        token ?? '',
      ];
      told.push(parts.filter((part) => part !== '').join(' '));
    },
    changed: () => void told.push('!'),
  });
  return { state, clock, events, told, heard: () => told.splice(0) };
}

/** With generation 1 of session `s`. */
function signedIn() {
  const all = stateOf();
  all.state.adopt(active('s', 1), HERE);
  all.heard();
  return all;
}

describe('what is known first', () => {
  it.each([
    ['a session that was there', THERE, 'ready signedIn s-1'],
    ['a session that was got from nothing', OURS, 'ready signedIn s-1'],
    ['a sign-in', HERE, 'signedIn self s-1'],
  ])('%s, is told with one event, before anybody looks again', (_, how, event) => {
    const { state, heard } = stateOf();
    expect([state.phase, state.status, state.current]).toEqual(['unknown', 'unknown', undefined]);
    state.adopt(active('s', 1), how);
    expect(heard()).toEqual([event, '!']);
    expect([state.phase, state.status, state.epoch]).toEqual(['active', 'signedIn', 0]);
  });

  it('a session that had ended, is told with its end, before anybody looks again', () => {
    const { state, heard } = stateOf();
    const dead = new TokenError('ERR_SESSION_ENDED', { message: 'over' });
    state.adopt(active('s', 1), { ...THERE, dead });
    expect(heard()).toEqual(['ready ended s-1', 'sessionEnded peer s-1', '!']);
    expect([state.status, state.dead]).toEqual(['ended', dead]);
    state.adopt(active('s', 2), PEER);
    expect([state.status, heard()]).toEqual(['signedIn', ['refreshed peer s-2', '!']]);
  });

  it('nobody, is told once', () => {
    const { state, heard } = stateOf();
    state.foundEmpty();
    state.foundEmpty();
    state.foundNobody();
    expect([state.phase, state.status, heard()]).toEqual([
      'empty',
      'signedOut',
      ['ready signedOut'],
    ]);
  });

  it('an empty place says nothing where tokens can be got from nothing, until that was tried', () => {
    const { state, heard } = stateOf(true);
    state.foundEmpty();
    expect([state.phase, state.status, heard()]).toEqual(['empty', 'unknown', []]);
    state.foundNobody();
    state.foundNobody();
    expect([state.phase, state.status, heard()]).toEqual([
      'empty',
      'signedOut',
      ['ready signedOut'],
    ]);
  });

  it('somebody who was signed out, is told as what is known, and turns nobody away', () => {
    const { state, heard } = stateOf();
    state.leave('peer', tombstone('s'));
    expect([state.phase, state.epoch, heard()]).toEqual(['signedOut', 0, ['ready signedOut', '!']]);
  });

  it('a sign-out here, ends whatever there is, and turns away waiting requests', () => {
    const { state, heard } = stateOf();
    state.leave('self', tombstone('s'));
    expect([state.phase, state.epoch, heard()]).toEqual(['signedOut', 1, ['signedOut self', '!']]);
  });
});

describe('the current generation', () => {
  it('gives way to the next one of its session, which turns nobody away', () => {
    const { state, heard, events } = signedIn();
    state.refused = true;
    state.markDead(new TokenError('ERR_SESSION_ENDED'), 'self');
    heard();
    const tokens = { accessToken: 's-2', expiresAt: 2e12 };
    state.adopt(active('s', 2, { tokens }), PEER);
    expect(state).toMatchObject({ epoch: 0, refused: false, dead: undefined, status: 'signedIn' });
    expect(heard()).toEqual(['refreshed peer s-2', '!']);
    expect(events.at(-1)).toEqual({ type: 'refreshed', by: 'peer', expiresAt: 2e12 });
  });

  it('gives way to another session, which turns away waiting requests', () => {
    const { state, heard } = signedIn();
    state.adopt(active('t', 0), THERE);
    expect([state.epoch, state.current?.token.accessToken, heard()]).toEqual([
      1,
      't-0',
      ['signedIn peer t-0', '!'],
    ]);
  });

  it('of a first session turns nobody away, and neither does one after a sign-out', () => {
    const { state, heard } = stateOf();
    state.foundEmpty();
    state.adopt(active('s', 0), THERE);
    expect([state.epoch, heard()]).toEqual([0, ['ready signedOut', 'signedIn peer s-0', '!']]);
    state.leave('self', tombstone('s'));
    state.adopt(active('t', 0), HERE);
    expect([state.epoch, heard()]).toEqual([1, ['signedOut self', '!', 'signedIn self t-0', '!']]);
  });

  it('counts its lifetime from when the call for it began, and its age from now', async () => {
    const { state, clock } = stateOf();
    await clock.advance(700);
    const tokens = { accessToken: 'a', expiresAt: clock.now() + 1000 };
    const learned = { now: clock.now() - 700, monotonic: 0 };
    state.adopt(active('s', 0, { tokens, issuedAt: learned.now }), { ...OURS, learned });
    expect(state.current).toMatchObject({
      since: 700,
      origin: 'refresh',
      lifetime: { expiresAtMonotonic: 1700 },
    });
  });
});

describe('the end of a session', () => {
  it('turns away waiting requests, every time, and is news once', () => {
    const { state, heard } = signedIn();
    state.leave('self', tombstone('s'));
    state.leave('self', tombstone('s', { turn: 3 }));
    expect(state).toMatchObject({
      phase: 'signedOut',
      current: undefined,
      epoch: 2,
      refused: false,
    });
    expect(state.record).toMatchObject({ status: 'signedOut', turn: 3 });
    expect(heard()).toEqual(['signedOut self', '!', '!']);
  });

  it('keeps what was left of it, and what came of that since', () => {
    const { state, heard } = signedIn();
    state.leave('peer', state.record);
    expect(state.record).toEqual(active('s', 1));
    heard();
    state.keep(active('s', 2));
    expect([state.phase, state.current, state.record?.gen, heard()]).toEqual([
      'signedOut',
      undefined,
      2,
      [],
    ]);
  });

  it('by the server is told once, and only while there is one', () => {
    const { state, heard } = stateOf();
    const [first, second] = [1, 2].map(() => new TokenError('ERR_SESSION_ENDED')) as [
      TokenError,
      TokenError,
    ];
    state.markDead(first, 'self');
    expect(state.dead).toBeUndefined();
    state.adopt(active('s', 1), HERE);
    heard();
    state.markDead(first, 'peer');
    state.markDead(second, 'self');
    expect([state.dead, state.status]).toEqual([first, 'ended']);
    expect(heard()).toEqual(['sessionEnded peer s-1', '!']);
  });
});

describe('what is remembered', () => {
  it('is which generation a token belongs to, the newest where it came twice, also after the end', () => {
    const { state } = signedIn();
    expect(state.placeOf('s-1')).toEqual({ session: 's', gen: 1 });
    expect(state.placeOf('s-2')).toBeUndefined();
    state.adopt(active('s', 2, { tokens: { accessToken: 's-1' } }), OURS);
    state.leave('self', tombstone('s'));
    expect(state.placeOf('s-1')).toEqual({ session: 's', gen: 2 });
  });

  it('is a thousand tokens, the newest', () => {
    const { state } = stateOf();
    for (let gen = 0; gen < REMEMBERED; gen++) state.adopt(active('s', gen), OURS);
    expect(state.placeOf('s-0')?.gen).toBe(0);
    state.adopt(active('s', REMEMBERED, { tokens: { accessToken: 's-0' } }), OURS);
    expect(state.placeOf('s-1')?.gen).toBe(1);
    state.adopt(active('s', REMEMBERED + 1), OURS);
    expect(state.placeOf('s-1')).toBeUndefined();
    expect(state.placeOf('s-2')?.gen).toBe(2);
    expect(state.placeOf('s-0')?.gen).toBe(REMEMBERED);
  });
});
