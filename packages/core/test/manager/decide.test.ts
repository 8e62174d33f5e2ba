import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import { decide, type Facts, type Need } from '../../src/manager/decide.ts';
import { momentOf } from '../../src/session/freshness.ts';
import type { ActiveRecord } from '../../src/session/store.ts';
import { createSessionState } from '../../src/session/state.ts';
import { testClock } from '../support/clock.ts';

const GET: Need = { kind: 'get', validFor: 0 };
const RENEW: Need = { kind: 'renew' };
const REPLACE: Need = { kind: 'replace', accessToken: 'a1', session: 's' };
const HOUR = 3_600_000;
const WINDOW = 30_000;

/** A manager's state of mind: nobody signed in, or generation 1 of session `s`, issued now and good for an hour. */
function mind(
  phase: 'unknown' | 'empty' | 'signedOut' | 'active',
  circumstances: Partial<Omit<Facts, 'state'>> = {},
) {
  const clock = testClock();
  const state = createSessionState({
    clock,
    random: () => 0.5,
    windows: { skewWindow: WINDOW, backgroundWindow: 0 },
    emit: () => undefined,
    changed: () => undefined,
  });
  const record = (gen: number, accessToken = `a${gen}`): ActiveRecord => ({
    v: 1,
    session: 's',
    gen,
    status: 'active',
    issuedAt: clock.now(),
    turn: clock.now(),
    tokens: { accessToken, refreshToken: 'r', expiresAt: clock.now() + HOUR },
  });
  if (phase === 'empty') state.take({ record: undefined, version: undefined }, 'store');
  if (phase === 'signedOut') state.leave('self');
  if (phase === 'active') state.commit(record(1), true, 'signIn');
  const facts: Facts = {
    state,
    canAcquire: false,
    suspended: () => false,
    moment: () => momentOf(clock),
    flying: () => false,
    blocked: () => undefined,
    revived: () => undefined,
    ...circumstances,
  };
  const waiter = (need: Need, gen?: number) => ({ need, epoch: state.epoch, gen, rounds: 0 });
  return { clock, state, record, facts, waiter };
}

const error = (code: TokenError['code'] = 'ERR_REFRESH_UNAVAILABLE') =>
  new TokenError(code, { message: 'down' });
const code = (verdict: unknown) => (verdict as { fail: TokenError }).fail.code;

describe('nothing is decided', () => {
  it.each([GET, RENEW, REPLACE])('while a sign-in or sign-out is being stored: $kind', (need) => {
    const { facts, waiter } = mind('active', { suspended: () => true });
    expect(decide(waiter(need), facts, undefined)).toEqual({ wait: 'transition' });
  });

  it.each([GET, RENEW, REPLACE])('before the store was read: $kind', (need) => {
    const { facts, waiter } = mind('unknown');
    expect(decide(waiter(need), facts, undefined)).toEqual({ wait: 'store' });
  });
});

it.each([GET, RENEW, REPLACE])(
  'who waited across the end of the session gets an error that says so: $kind',
  (need) => {
    const { state, facts, waiter } = mind('active', { suspended: () => true });
    const before = waiter(need);
    state.leave('self');
    expect(decide(before, facts, undefined)).toEqual({
      fail: expect.objectContaining({
        code: 'ERR_SIGNED_OUT',
        message: 'The session was signed out, or replaced by another, while this waited',
      }),
    });
  },
);

describe('without a session', () => {
  it.each(['empty', 'signedOut'] as const)(
    'a request goes out unsigned, and its 401 stands (%s)',
    (phase) => {
      const { facts, waiter } = mind(phase);
      expect(decide(waiter(GET), facts, undefined)).toEqual({ give: undefined });
      expect(decide(waiter(REPLACE), facts, undefined)).toEqual({ give: undefined });
    },
  );

  it.each(['empty', 'signedOut'] as const)(
    'a refresh that was asked for says that nobody is signed in (%s)',
    (phase) => {
      const { facts, waiter } = mind(phase);
      expect(decide(waiter(RENEW), facts, undefined)).toEqual({
        fail: expect.objectContaining({ code: 'ERR_SIGNED_OUT', message: 'Nobody is signed in' }),
      });
    },
  );

  it('one is looked for where it can be, but not for a request that was refused, and not after a sign-out', () => {
    const { facts, waiter } = mind('empty', { canAcquire: true });
    expect(decide(waiter(GET), facts, undefined)).toEqual({ wait: 'empty' });
    expect(decide(waiter(RENEW), facts, undefined)).toEqual({ wait: 'empty' });
    expect(decide(waiter(REPLACE), facts, undefined)).toEqual({ give: undefined });
    const out = mind('signedOut', { canAcquire: true });
    expect(decide(out.waiter(GET), out.facts, undefined)).toEqual({ give: undefined });
  });

  it('that nobody is signed in is an answer for a request, and an error for a refresh that was asked for', () => {
    const nobody = error('ERR_SIGNED_OUT');
    const { facts, waiter } = mind('empty', { canAcquire: true });
    expect(decide(waiter(GET), facts, nobody)).toEqual({ give: undefined });
    expect(decide(waiter(RENEW), facts, nobody)).toEqual({ fail: nobody });
  });

  it.each([GET, RENEW])('a search that failed is an error: $kind', (need) => {
    const failure = error();
    const { facts, waiter } = mind('empty', { canAcquire: true });
    expect(decide(waiter(need), facts, failure)).toEqual({ fail: failure });
  });

  it('a search that may not be made is an error, while one that is under way is waited for', () => {
    const obstacle = error();
    const blocked = { canAcquire: true, blocked: () => obstacle };
    const still = mind('empty', blocked);
    expect(decide(still.waiter(GET), still.facts, undefined)).toEqual({ fail: obstacle });
    const flying = mind('empty', { ...blocked, flying: () => true });
    expect(decide(flying.waiter(GET), flying.facts, undefined)).toEqual({ wait: 'empty' });
  });

  it('whoever asked for a refresh before there was a session is content with its first token', () => {
    const { state, record, facts, waiter } = mind('empty', { canAcquire: true });
    const early = waiter(RENEW);
    decide(early, facts, undefined);
    state.commit(record(0), true, 'refresh');
    expect(decide(early, facts, undefined)).toEqual({ give: state.held?.token });
  });
});

describe('a token that is', () => {
  it('fresh is given to whoever wants one, and refreshed for whoever wants another', () => {
    const { state, facts, waiter } = mind('active');
    expect(decide(waiter(GET), facts, undefined)).toEqual({ give: state.held?.token });
    expect(decide(waiter(RENEW), facts, undefined)).toEqual({ wait: 'requested' });
    expect(decide(waiter(REPLACE), facts, undefined)).toEqual({ wait: 'rejected' });
  });

  it('good, but not for as long as is asked, is refreshed', () => {
    const { clock, facts, waiter } = mind('active');
    clock.jump(HOUR / 2);
    expect(decide(waiter({ kind: 'get', validFor: HOUR / 2 + 1 }), facts, undefined)).toEqual({
      wait: 'due',
    });
  });

  const due = (circumstances: Partial<Omit<Facts, 'state'>> = {}) => {
    const all = mind('active', circumstances);
    all.clock.jump(HOUR - WINDOW);
    return all;
  };

  it('due is refreshed', () => {
    const { facts, waiter } = due();
    expect(decide(waiter(GET), facts, undefined)).toEqual({ wait: 'due' });
  });

  it('due is what there is after two refreshes that brought no better one, and not after one', () => {
    const { state, facts, waiter } = due();
    const after = (rounds: number) => decide({ ...waiter(GET), rounds }, facts, undefined);
    expect([after(0), after(1), after(2)]).toEqual([
      { wait: 'due' },
      { wait: 'due' },
      { give: state.held?.token },
    ]);
  });

  it('due is what there is when the session has ended', () => {
    const { state, facts, waiter } = due();
    state.markDead(error('ERR_SESSION_ENDED'));
    expect(decide(waiter(GET), facts, undefined)).toEqual({ give: state.held?.token });
  });

  it('due is what there is when the refresh failed', () => {
    const { state, facts, waiter } = due();
    expect(decide(waiter(GET), facts, error())).toEqual({ give: state.held?.token });
  });

  it('due is what there is while the token endpoint must be left alone, but a refresh under way is waited for', () => {
    const blocked = { blocked: () => error() };
    const still = due(blocked);
    expect(decide(still.waiter(GET), still.facts, undefined)).toEqual({
      give: still.state.held?.token,
    });
    const flying = due({ ...blocked, flying: () => true });
    expect(decide(flying.waiter(GET), flying.facts, undefined)).toEqual({ wait: 'due' });
  });

  it('expired or refused is not given to anybody, whatever failed', () => {
    const expired = mind('active');
    expired.clock.jump(HOUR);
    const failure = error();
    expect(decide(expired.waiter(GET), expired.facts, failure)).toEqual({ fail: failure });
    const refused = mind('active');
    refused.state.refused = true;
    expect(decide(refused.waiter(GET), refused.facts, failure)).toEqual({ fail: failure });
    expect(decide(refused.waiter(GET), refused.facts, undefined)).toEqual({ wait: 'due' });
  });
});

describe('who had a token refused', () => {
  it('gets the newer one', () => {
    const { state, record, facts, waiter } = mind('active');
    const refused = waiter(REPLACE, 1);
    state.commit(record(2), true, 'refresh');
    expect(decide(refused, facts, undefined)).toEqual({ give: state.held?.token });
  });

  it('keeps the 401 when the newer generation has the same token', () => {
    const { state, record, facts, waiter } = mind('active');
    const refused = waiter(REPLACE, 1);
    state.commit(record(2, 'a1'), true, 'refresh');
    expect(decide(refused, facts, undefined)).toEqual({ give: undefined });
  });

  it('keeps the 401 when the token was of another session', () => {
    const { facts, waiter } = mind('active');
    expect(decide(waiter({ ...REPLACE, session: 'before' }), facts, undefined)).toEqual({
      give: undefined,
    });
  });

  it('waits for the next refresh when the newer token is due already', () => {
    const { clock, state, record, facts, waiter } = mind('active');
    const refused = waiter(REPLACE, 1);
    state.commit(record(2), true, 'refresh');
    clock.jump(HOUR - WINDOW);
    expect(decide(refused, facts, undefined)).toEqual({ wait: 'due' });
  });
});

describe('of a session that has ended', () => {
  const ended = (circumstances: Partial<Omit<Facts, 'state'>> = {}) => {
    const all = mind('active', circumstances);
    all.clock.jump(HOUR);
    const end = error('ERR_SESSION_ENDED');
    all.state.markDead(end);
    return { ...all, end };
  };

  it('a request goes out unsigned; a 401 gets the reason', () => {
    const { facts, waiter, end } = ended();
    expect(decide(waiter(GET), facts, undefined)).toEqual({ give: undefined });
    expect(decide(waiter(REPLACE), facts, undefined)).toEqual({ fail: end });
  });

  it('a refresh that somebody asks for is tried once, and then gets the reason', () => {
    const revived: TokenError[] = [];
    const { facts, waiter, end } = ended({ revived: () => revived[0] });
    expect(decide(waiter(RENEW), facts, undefined)).toEqual({ wait: 'requested' });
    revived.push(end);
    expect(decide(waiter(RENEW), facts, undefined)).toEqual({ fail: end });
  });

  it('everybody waits for the refresh that was asked for', () => {
    const { facts, waiter } = ended({ flying: () => true });
    expect(decide(waiter(GET), facts, undefined)).toEqual({ wait: 'due' });
    expect(decide(waiter(REPLACE), facts, undefined)).toEqual({ wait: 'rejected' });
  });
});

describe('a refresh', () => {
  it.each([RENEW, REPLACE])(
    'is not begun while the token endpoint must be left alone: $kind',
    (need) => {
      const { facts, waiter } = mind('active', { blocked: () => error('ERR_REFRESH_LIMIT') });
      expect(code(decide(waiter(need), facts, undefined))).toBe('ERR_REFRESH_LIMIT');
    },
  );
});
