// What a manager does is tested through it: what-a-caller-gets.test.ts, sessions.test.ts and failures/. Here is what was not seen through one.
import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import { type DecisionInput, decide, type Need, type Waiter } from '../../src/manager/decide.ts';
import type { Decided } from '../../src/manager/home.ts';
import { momentOf } from '../../src/session/freshness.ts';
import { createSessionState } from '../../src/session/state.ts';
import { testClock } from '../support/clock.ts';
import { active, tombstone } from '../support/records.ts';

const HOUR = 3_600_000;
const WINDOW = 30_000;
const GET: Need = { kind: 'get', validFor: 0 };
const RENEW: Need = { kind: 'renew' };
const KNOW: Need = { kind: 'know' };
const REPLACE: Need = {
  kind: 'replace',
  accessToken: 's-1',
  rejected: undefined,
  place: { session: 's', gen: 1 },
};

type Circumstances = Partial<Omit<DecisionInput, 'state' | 'canAcquire'>>;

/** A manager's state of mind: nobody signed in, or generation 1 of session `s`, issued now and good for an hour. */
function mind(
  phase: 'empty' | 'signedOut' | 'active',
  { acquires = false, ...circumstances }: Circumstances & { readonly acquires?: boolean } = {},
) {
  const clock = testClock();
  const state = createSessionState({
    clock,
    acquires,
    random: () => 0.5,
    windows: { skewWindow: WINDOW, backgroundWindow: 0 },
    emit: () => undefined,
    changed: () => undefined,
  });
  const signIn = (session: string, gen: number): void => {
    const tokens = { accessToken: `${session}-${gen}`, expiresAt: clock.now() + HOUR };
    const record = active(session, gen, { issuedAt: clock.now(), tokens });
    state.adopt(record, { by: 'self', origin: 'signIn' });
  };
  if (phase === 'empty') state.foundEmpty();
  if (phase === 'signedOut') state.leave('self', tombstone('s'));
  if (phase === 'active') signIn('s', 1);
  const input: DecisionInput = {
    state,
    canAcquire: acquires,
    suspended: () => false,
    stale: () => false,
    decided: () => undefined,
    parked: () => false,
    moment: () => momentOf(clock),
    flying: () => false,
    obstacle: () => undefined,
    endsBefore: () => false,
    revived: () => undefined,
    ...circumstances,
  };
  const waiter = (need: Need, more: Partial<Waiter> = {}): Waiter => ({
    need,
    epoch: state.epoch,
    call: 0,
    within: { epoch: state.epoch, decided: undefined },
    old: undefined,
    rounds: 0,
    deadline: 30_000,
    ...more,
  });
  return { clock, state, signIn, waiter, decided: (one: Waiter) => decide(one, input, undefined) };
}

it('who came while a sign-in was being stored that changed nothing goes on as somebody else where they wait for the refresh function', () => {
  const { waiter, decided, signIn } = mind('active', { parked: (epoch) => epoch === 0 });
  const early = waiter(GET, { epoch: undefined, call: 1 });
  signIn('t', 0);
  expect(decided(early)).toMatchObject({ give: { accessToken: 't-0' } });
});

it.each([GET, RENEW, REPLACE])(
  'who came while a sign-in was being stored is turned away where somebody else ends that session before there was a moment to tell it so: $kind',
  (need) => {
    const counted: Decided[] = [];
    const { state, waiter, decided, signIn } = mind('active', { decided: () => counted.at(-1) });
    const early = waiter(need, { epoch: undefined, call: 1 });
    signIn('t', 0);
    counted.push({ call: 1, epoch: state.epoch });
    state.leave('peer', tombstone('t'));
    expect(decided(early)).toMatchObject({ fail: { code: 'ERR_SIGNED_OUT' } });
  },
);

it.each(['empty', 'signedOut'] as const)(
  'a refused token whose session is gone (%s) leaves its 401, and looks at no store and for no session',
  (phase) => {
    const { waiter, decided } = mind(phase, { acquires: true, stale: () => true });
    expect(decided(waiter(REPLACE))).toEqual({ give: undefined });
  },
);

it('to know whether somebody is signed in, nobody looks at the store again', () => {
  const { waiter, decided } = mind('empty', { acquires: true, stale: () => true });
  expect(decided(waiter(KNOW))).toEqual({ wait: 'empty' });
});

describe('a flight that is under way is waited for, whatever may not be called now:', () => {
  const blocked: Circumstances = {
    flying: () => true,
    obstacle: () => new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'down' }),
  };

  it.each([GET, RENEW, KNOW])('a search for a session, by $kind', (need) => {
    const { waiter, decided } = mind('empty', { ...blocked, acquires: true });
    expect(decided(waiter(need))).toEqual({ wait: 'empty' });
  });

  it.each([
    { need: GET, wait: 'due' },
    { need: REPLACE, wait: 'rejected' },
    { need: RENEW, wait: 'requested' },
  ])('a refresh, by $need.kind', ({ need, wait }) => {
    const { clock, waiter, decided } = mind('active', blocked);
    clock.jump(HOUR - WINDOW);
    expect(decided(waiter(need))).toEqual({ wait });
  });
});
