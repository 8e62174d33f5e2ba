import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import { type DecisionInput, decide, type Need, type Waiter } from '../../src/manager/decide.ts';
import { momentOf } from '../../src/session/freshness.ts';
import { createSessionState } from '../../src/session/state.ts';
import type { ActiveRecord } from '../../src/session/store.ts';
import { testClock } from '../support/clock.ts';
import { active, tombstone } from '../support/records.ts';

const HOUR = 3_600_000;
const WINDOW = 30_000;
const place = (gen: number, session = 's') => ({ session, gen });
const get = (validFor = 0): Need => ({ kind: 'get', validFor });
const replace = (where = place(1)): Need => ({
  kind: 'replace',
  accessToken: 's-1',
  rejected: undefined,
  place: where,
});
const GET = get();
const RENEW: Need = { kind: 'renew' };
const KNOW: Need = { kind: 'know' };

type Circumstances = Partial<Omit<DecisionInput, 'state'>> & { readonly acquires?: boolean };

/** A manager's state of mind: nobody signed in, or generation 1 of session `s`, issued now and good for an hour. */
function mind(
  phase: 'unknown' | 'empty' | 'signedOut' | 'active',
  { acquires = false, ...circumstances }: Circumstances = {},
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
  const record = (gen: number, session = 's', accessToken = `${session}-${gen}`): ActiveRecord =>
    active(session, gen, {
      issuedAt: clock.now(),
      tokens: { accessToken, refreshToken: 'r', expiresAt: clock.now() + HOUR },
    });
  const refreshed = (gen: number, accessToken?: string): void =>
    state.adopt(record(gen, 's', accessToken), { by: 'self', origin: 'refresh' });
  const signIn = (session: string): void =>
    state.adopt(record(0, session), { by: 'self', origin: 'signIn' });
  if (phase === 'empty') state.foundEmpty();
  if (phase === 'signedOut') state.leave('self', tombstone('s'));
  if (phase === 'active') state.adopt(record(1), { by: 'self', origin: 'signIn' });
  const input: DecisionInput = {
    state,
    canAcquire: acquires,
    suspended: () => false,
    stale: () => false,
    call: () => 0,
    parked: () => false,
    moment: () => momentOf(clock),
    flying: () => false,
    obstacle: () => undefined,
    endsBefore: () => false,
    revived: () => undefined,
    ...circumstances,
  };
  const waiter = (need: Need, more: Partial<Waiter> = {}): Waiter => ({
    // A need remembers what was found out about it.
    need: { ...need },
    epoch: state.epoch,
    call: 0,
    within: { epoch: state.epoch, decided: 0 },
    old: undefined,
    rounds: 0,
    deadline: 30_000,
    ...more,
  });
  const decided = (need: Need | Waiter, failure?: TokenError) =>
    decide('need' in need ? need : waiter(need), input, failure);
  return { clock, state, input, waiter, refreshed, signIn, decided };
}

const down = (code: TokenError['code'] = 'ERR_REFRESH_UNAVAILABLE'): TokenError =>
  new TokenError(code, { message: 'down', retryAfter: 5000 });
const REPLACED = expect.objectContaining({
  code: 'ERR_SIGNED_OUT',
  message: 'The session was signed out or replaced while this waited',
});
const NOBODY = expect.objectContaining({ code: 'ERR_SIGNED_OUT', message: 'Nobody is signed in' });

describe('nothing is decided', () => {
  it('about a refused token before it was found out which one that was', () => {
    const { decided, waiter } = mind('active');
    expect(decided(waiter({ ...replace(), place: undefined } as Need))).toEqual({ wait: 'place' });
    expect(mind('unknown').decided({ ...replace(), place: undefined } as Need)).toEqual({
      wait: 'store',
    });
  });
});

describe('a caller that came while a sign-in or sign-out was being stored', () => {
  const early = { epoch: undefined, call: 1 };

  it('waits for it, and belongs to the session that came of it', () => {
    let storing = true;
    const { waiter, decided, signIn } = mind('active', {
      call: () => 1,
      suspended: () => storing,
    });
    const one = waiter(GET, early);
    expect(decided(one)).toEqual({ wait: 'transition' });
    storing = false;
    signIn('t');
    expect(decided(one)).toMatchObject({ give: { accessToken: 't-0' } });
    expect(one.epoch).toBe(1);
    signIn('u');
    expect(decided(one)).toEqual({ fail: REPLACED });
  });

  it('is turned away where that changed nothing, and a peer has signed in since, unless it waits for the refresh function', () => {
    const { waiter, decided, signIn } = mind('active', { parked: (epoch) => epoch === 0 });
    const one = waiter(GET, early);
    signIn('t');
    expect(decided(one)).toMatchObject({ give: { accessToken: 't-0' } });
    const other = mind('active');
    const two = other.waiter(GET, early);
    other.signIn('t');
    expect(other.decided(two)).toEqual({ fail: REPLACED });
  });
});

describe('a caller that wants to know whether somebody is signed in', () => {
  it('waits for tokens from nothing where these can be had, and gets the error where not', () => {
    const failure = down();
    expect(mind('empty', { acquires: true }).decided(KNOW)).toEqual({ wait: 'empty' });
    expect(mind('empty', { acquires: true }).decided(KNOW, failure)).toEqual({ fail: failure });
    expect(mind('empty', { acquires: true, obstacle: () => failure }).decided(KNOW)).toEqual({
      fail: failure,
    });
  });
});

describe('without a session', () => {
  it.each(['empty', 'signedOut'] as const)(
    'a request goes out unsigned, its 401 stands, and a refresh that was asked for says that nobody is signed in (%s)',
    (phase) => {
      const { decided } = mind(phase);
      expect([decided(GET), decided(replace()), decided(RENEW)]).toEqual([
        { give: undefined },
        { give: undefined },
        { fail: NOBODY },
      ]);
    },
  );

  it.each(['empty', 'signedOut'] as const)(
    'the store is read again, where that was long ago, for a caller that needs a token (%s)',
    (phase) => {
      const { decided } = mind(phase, { stale: () => true });
      expect([decided(GET), decided(RENEW), decided(replace()), decided(KNOW)]).toEqual([
        { wait: 'store' },
        { wait: 'store' },
        { give: undefined },
        { give: undefined },
      ]);
    },
  );

  it('one is looked for where it can be, but not for a request that was refused', () => {
    const { decided } = mind('empty', { acquires: true });
    expect([decided(GET), decided(RENEW), decided(replace())]).toEqual([
      { wait: 'empty' },
      { wait: 'empty' },
      { give: undefined },
    ]);
  });

  it('after a sign-out, one is looked for only by hand', () => {
    const { decided } = mind('signedOut', { acquires: true });
    expect([decided(GET), decided(KNOW), decided(RENEW)]).toEqual([
      { give: undefined },
      { give: undefined },
      { wait: 'empty' },
    ]);
  });

  it('that nobody is signed in is an answer for a request, and an error for a refresh that was asked for', () => {
    const nobody = down('ERR_SIGNED_OUT');
    const { decided } = mind('empty', { acquires: true });
    expect([decided(GET, nobody), decided(RENEW, nobody)]).toEqual([
      { give: undefined },
      { fail: nobody },
    ]);
  });

  it.each([GET, RENEW])('a search that failed is an error: $kind', (need) => {
    const failure = down();
    expect(mind('empty', { acquires: true }).decided(need, failure)).toEqual({ fail: failure });
  });

  it('a search that may not be made is an error, waited out where that is in time, while one that is under way is waited for', () => {
    const obstacle = down();
    const blocked = { acquires: true, obstacle: () => obstacle };
    expect(mind('empty', blocked).decided(GET)).toEqual({ fail: obstacle });
    expect(mind('empty', { ...blocked, endsBefore: () => true }).decided(GET)).toEqual({
      wait: 'silence',
    });
    expect(mind('empty', { ...blocked, flying: () => true }).decided(GET)).toEqual({
      wait: 'empty',
    });
  });

  it('the search that was waited for is not waited for again when it has failed', () => {
    const failure = down();
    const { decided } = mind('empty', { acquires: true, endsBefore: () => true });
    expect(decided(GET, failure)).toEqual({ fail: failure });
  });

  it('a caller that asked for a refresh before there was a session is content with its first token', () => {
    const { waiter, decided, refreshed } = mind('empty', { acquires: true });
    const early = waiter(RENEW);
    decided(early);
    refreshed(0);
    expect(decided(early)).toMatchObject({ give: { accessToken: 's-0' } });
  });
});

const GIVEN = { give: expect.objectContaining({ accessToken: 's-1' }) };

describe('a token that is', () => {
  it('fresh is given to a caller that wants one, and refreshed for a caller that wants another', () => {
    const { decided } = mind('active');
    expect([decided(GET), decided(RENEW), decided(replace())]).toEqual([
      GIVEN,
      { wait: 'requested' },
      { wait: 'rejected' },
    ]);
  });

  it('good, but not for as long as is asked, is refreshed', () => {
    const { clock, decided } = mind('active');
    clock.jump(HOUR / 2);
    expect([decided(get(HOUR / 2)), decided(get(HOUR / 2 + 1))]).toEqual([GIVEN, { wait: 'due' }]);
  });

  const due = (how: 'in its window' | 'refused', circumstances: Circumstances = {}) => {
    const all = mind('active', circumstances);
    if (how === 'refused') all.state.refused = true;
    else all.clock.jump(HOUR - WINDOW);
    return all;
  };
  const kinds = ['in its window', 'refused'] as const;

  it.each(kinds)('due (%s) is refreshed', (how) => {
    expect(due(how).decided(GET)).toEqual({ wait: 'due' });
  });

  it.each(kinds)('due (%s) is what there is after two refreshes, and not after one', (how) => {
    const { decided, waiter } = due(how);
    const after = (rounds: number) => decided(waiter(GET, { rounds }));
    expect([after(0), after(1), after(2)]).toEqual([{ wait: 'due' }, { wait: 'due' }, GIVEN]);
  });

  it.each(kinds)('due (%s) is what there is when the refresh failed', (how) => {
    expect(due(how).decided(GET, down())).toEqual(GIVEN);
  });

  it.each(kinds)(
    'due (%s) is what there is while the token endpoint must be left alone, but a refresh under way is waited for',
    (how) => {
      const blocked = { obstacle: () => down(), endsBefore: () => true };
      expect(due(how, blocked).decided(GET)).toEqual(GIVEN);
      expect(due(how, { ...blocked, flying: () => true }).decided(GET)).toEqual({ wait: 'due' });
    },
  );

  it('due is what there is when the session has ended, unless it was refused', () => {
    const one = due('in its window');
    one.state.markDead(down('ERR_SESSION_ENDED'), 'self');
    expect(one.decided(GET)).toEqual(GIVEN);
    const other = due('refused');
    other.state.markDead(down('ERR_SESSION_ENDED'), 'self');
    expect(other.decided(GET)).toEqual({ give: undefined });
  });

  it('expired is not given to anybody, whatever failed', () => {
    const failure = down();
    const { clock, decided, waiter } = mind('active');
    clock.jump(HOUR);
    expect([decided(GET, failure), decided(waiter(GET, { rounds: 2 }))]).toEqual([
      { fail: failure },
      { wait: 'due' },
    ]);
  });
});

describe('a caller whose token was refused', () => {
  it('gets the newer one', () => {
    const { decided, refreshed } = mind('active');
    refreshed(2);
    expect(decided(replace())).toMatchObject({ give: { accessToken: 's-2' } });
  });

  it('gets the error when the refresh failed, and never the refused token', () => {
    const failure = down();
    const { state, decided } = mind('active');
    state.refused = true;
    expect(decided(replace(), failure)).toEqual({ fail: failure });
  });

  it.each([
    ['when the newer generation has the same token', 's-1', place(1)],
    ['when the token was of another session', 's-2', place(1, 'before')],
  ])('keeps the 401 %s', (_, accessToken, where) => {
    const { decided, refreshed } = mind('active');
    refreshed(2, accessToken);
    expect(decided(replace(where))).toEqual({ give: undefined });
  });

  it('waits for the next refresh when the newer token is due already', () => {
    const { clock, decided, refreshed } = mind('active');
    refreshed(2);
    clock.jump(HOUR - WINDOW);
    expect(decided(replace())).toEqual({ wait: 'due' });
  });

  it('named by its generation, is replaced by the one after it', () => {
    const { decided, waiter, refreshed } = mind('active');
    const named = waiter({
      kind: 'replace',
      accessToken: undefined,
      rejected: place(1),
      place: place(1),
    });
    expect(decided(named)).toEqual({ wait: 'rejected' });
    refreshed(2);
    expect(decided(named)).toMatchObject({ give: { accessToken: 's-2', generation: 2 } });
  });
});

describe('of a session that has ended', () => {
  const ended = (circumstances: Circumstances = {}) => {
    const all = mind('active', circumstances);
    all.clock.jump(HOUR);
    const end = down('ERR_SESSION_ENDED');
    all.state.markDead(end, 'self');
    return { ...all, end };
  };

  it('a refresh that somebody asks for is tried once, and then gets the reason', () => {
    const revived: TokenError[] = [];
    const { decided, end } = ended({ revived: () => revived[0] });
    expect(decided(RENEW)).toEqual({ wait: 'requested' });
    revived.push(end);
    expect(decided(RENEW)).toEqual({ fail: end });
  });

  it('everybody waits for the refresh that was asked for', () => {
    const { decided } = ended({ flying: () => true });
    expect([decided(GET), decided(replace())]).toEqual([{ wait: 'due' }, { wait: 'rejected' }]);
  });
});

describe('a refresh that may not be made now', () => {
  it.each([RENEW, replace()])('is an error: $kind', (need) => {
    const obstacle = down('ERR_REFRESH_LIMIT');
    expect(mind('active', { obstacle: () => obstacle }).decided(need)).toEqual({ fail: obstacle });
  });

  it.each([RENEW, replace()])(
    'is waited for where its silence ends before the waiter’s own time is up: $kind',
    (need) => {
      const obstacle = down();
      const asked: unknown[] = [];
      const { decided, waiter } = mind('active', {
        obstacle: () => obstacle,
        endsBefore: (...which) => asked.push(...which) > 0,
      });
      expect(decided(waiter(need, { deadline: 777 }))).toEqual({ wait: 'silence' });
      expect(asked).toEqual([obstacle, 777]);
    },
  );

  it('is waited for by a caller that has nothing valid', () => {
    const { clock, decided } = mind('active', { obstacle: () => down(), endsBefore: () => true });
    clock.jump(HOUR);
    expect(decided(GET)).toEqual({ wait: 'silence' });
  });
});
