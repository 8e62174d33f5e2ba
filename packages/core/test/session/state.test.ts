import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import { createSessionState } from '../../src/session/state.ts';
import { testClock } from '../support/clock.ts';
import { active, tombstone } from '../support/records.ts';

const REMEMBERED = 1000;
const HERE = { by: 'self', origin: 'signIn' } as const;
const OURS = { by: 'self', origin: 'refresh' } as const;
const THERE = { by: 'peer', origin: 'signIn' } as const;

/** A state, and what it has told so far: events in short, `!` for "changed". */
function stateOf() {
  const told: string[] = [];
  const clock = testClock();
  const state = createSessionState({
    clock,
    acquires: false,
    random: () => 0.5,
    windows: { skewWindow: 0, backgroundWindow: 0 },
    emit(event, token) {
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
  return { state, clock, heard: () => told.splice(0) };
}

/** With generation 1 of session `s`. */
function signedIn() {
  const all = stateOf();
  all.state.adopt(active('s', 1), HERE);
  all.heard();
  return all;
}

describe('what is known first', () => {
  it('a sign-in, is told with one event, before anybody looks again', () => {
    const { state, heard } = stateOf();
    state.adopt(active('s', 1), HERE);
    expect(heard()).toEqual(['signedIn self s-1', '!']);
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

  it.each([
    ['was away', OURS, active('s', 2)],
    ['was kept while nobody had it', HERE, active('s', 3)],
  ])('that a refresh brought, and that %s, is still what a refresh brought', (_, how, back) => {
    const { state } = signedIn();
    state.adopt(active('s', 2), how);
    state.leave('peer', active('s', 2));
    if (back.gen === 3) state.keep(back, { now: 0, monotonic: 0 });
    state.adopt(back, THERE);
    expect(state.current?.origin).toBe('refresh');
  });

  it('that was away, or kept while nobody had it, lives no longer for that', async () => {
    const { state, clock } = stateOf();
    const tokens = { accessToken: 'a', expiresAt: clock.now() + 5000 };
    const [first, second] = [active('s', 1, { tokens }), active('s', 2, { tokens })];
    state.adopt(first, THERE);
    state.leave('peer', first);
    await clock.advance(700);
    clock.jump(-3000); // the wall clock is set back
    state.adopt(first, THERE);
    expect(state.current?.lifetime).toMatchObject({ expiresAtMonotonic: 5000 });
    state.leave('peer', first);
    state.keep(second, { now: clock.now(), monotonic: 200 });
    state.adopt(second, THERE);
    expect(state.current?.lifetime).toMatchObject({ expiresAtMonotonic: 200 + 7300 });
  });
});

describe('the end of a session', () => {
  it('turns away waiting requests, every time, and is news once', () => {
    const { state, heard } = signedIn();
    state.refused = true;
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
