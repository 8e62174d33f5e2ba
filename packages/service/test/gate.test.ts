import { describe, expect, it } from '@jest/globals';
import { manualClock } from '@unexpired/testing';
import { TokenError } from 'unexpired';
import type { BreakerEvent } from '../src/pace/breaker.ts';
import { databaseTime } from '../src/data/database-time.ts';
import { createGate, type Gate, type Limits } from '../src/pace/gate.ts';
import { FRESH, type ProviderState } from '../src/pace/state.ts';
import type { StateRows } from '../src/pace/state-rows.ts';

const away = () => new TokenError('ERR_REFRESH_UNAVAILABLE', { delivery: 'unanswered' });

/** Replicas on one row, which is in the memory of the test. */
function fleet(limits: Partial<Limits> = {}, count = 2) {
  const clock = manualClock();
  const states = new Map<string, ProviderState>();
  const events: BreakerEvent[] = [];
  let down = false;
  const now = (): number => 1_000_000 + clock.monotonic();
  const rows: StateRows = {
    async readAll() {
      return { now: now(), states };
    },
    async change(provider, decide) {
      if (down)
        throw new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'the database is down' });
      const { state, result } = decide(states.get(provider) ?? FRESH, now());
      states.set(provider, state);
      return { state, now: now(), result };
    },
  };
  const ids = Array.from({ length: count }, (_, index) => `r${index}`);
  const gates = ids.map((id) =>
    createGate({
      ...{
        id,
        rows,
        clock,
        time: databaseTime(clock, async () => now()),
        random: () => 0,
        replicas: () => ids,
      },
      limits: new Map([['crm', { maxPerSecond: Infinity, maxInFlight: 10, ...limits }]]),
      emit: (event) => events.push(event),
    }),
  );
  return {
    ...{ clock, events, gates: gates as [Gate, Gate] },
    look: async () => void (await Promise.all(gates.map((gate) => gate.look()))),
    breakDatabase: () => (down = true),
  };
}
const fail = (gate: Gate, error: () => unknown = away): Promise<unknown> =>
  gate
    .run('crm', async () => {
      throw error();
    })
    .catch((thrown: unknown) => thrown);
const succeed = (gate: Gate): Promise<unknown> =>
  gate.run('crm', async () => 'token').catch((thrown: unknown) => thrown);

describe('the breaker', () => {
  it('is opened by five failures in a row that one replica sees, for all of them, and closed by one probe', async () => {
    const { gates, clock, events, look } = fleet();
    const [one, other] = gates;
    await look();
    for (let count = 0; count < 4; count++) await fail(one);
    await succeed(one);
    for (let count = 0; count < 4; count++) await fail(one);
    expect(events).toEqual([]);
    await fail(one);
    expect(events.map(({ type }) => type)).toEqual(['breakerOpened']);
    await look();
    expect(other.obstacle('crm')).toMatchObject({ delivery: 'unsent', retryAfter: 5000 });
    expect(await succeed(other)).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
    expect(one.standing('crm')).toMatchObject({ breaker: 'open', inFlight: 0 });

    await clock.advance(5000);
    expect(other.obstacle('crm')).toBeUndefined();
    let end = (): void => undefined;
    const probe = other.run(
      'crm',
      () => new Promise<string>((resolve) => (end = () => resolve('token'))),
    );
    await clock.advance(0);
    expect(await succeed(one)).toMatchObject({ delivery: 'unsent' }); // one at a time
    end();
    expect(await probe).toBe('token');
    await clock.advance(0);
    expect(events.map(({ type }) => type)).toEqual(['breakerOpened', 'breakerClosed']);
    await look();
    expect(one.standing('crm')).toMatchObject({ breaker: 'recovering', perSecond: 1 });
  });

  it('takes the end of a session for a sign of life', async () => {
    const { gates, events } = fleet();
    for (let count = 0; count < 20; count++)
      await fail(gates[0], count % 4 === 3 ? () => new TokenError('ERR_SESSION_ENDED') : away);
    expect(events).toEqual([]);
  });

  it('lets nobody call before the end of a Retry-After that one of them was told', async () => {
    const { gates, clock, look } = fleet();
    await look();
    await fail(
      gates[0],
      () => new TokenError('ERR_REFRESH_UNAVAILABLE', { delivery: 'answered', retryAfter: 40_000 }),
    );
    await look();
    expect(gates[1].obstacle('crm')).toMatchObject({ retryAfter: 40_000 });
    expect(await gates[1].turn('crm', 5)).toEqual({ granted: 0 });
    await clock.advance(40_000);
    expect(gates[1].obstacle('crm')).toBeUndefined();
    expect(await succeed(gates[1])).toBe('token');
  });
});

describe('the budget', () => {
  it('is one for all replicas, and who waits for a token waits for it, for a while', async () => {
    const { gates, clock, look } = fleet({ maxPerSecond: 2 });
    await look();
    const ends: unknown[] = [];
    const all = Array.from({ length: 20 }, async (_, index) =>
      ends.push(await succeed(gates[index % 2] as Gate)),
    );
    await clock.advance(0);
    expect(ends).toEqual(['token', 'token']);
    await clock.advance(1000);
    expect(ends.length).toBe(4);
    await clock.advance(10_000);
    await Promise.all(all);
    const refused = ends.filter((end) => end !== 'token');
    expect(ends.length - refused.length).toBeLessThanOrEqual(2 + 2 * 11);
    for (const error of refused) expect(error).toMatchObject({ delivery: 'unsent' });
  });

  it('keeps a fifth from refreshing ahead, whose calls are not counted twice', async () => {
    const { gates, look, clock } = fleet({ maxPerSecond: 10 });
    await look();
    expect(await gates[0].turn('crm', 50)).toEqual({ granted: 8 });
    const done = await Promise.all(Array.from({ length: 8 }, () => succeed(gates[0])));
    expect(new Set(done)).toEqual(new Set(['token']));
    expect(await gates[1].turn('crm', 50)).toEqual({ granted: 0 });
    expect(await succeed(gates[1])).toBe('token');
    expect(clock.monotonic()).toBe(0);
  });
});

describe('the calls in flight', () => {
  it('are never more than the share of the replica; who does not get a place in time has surely not called', async () => {
    const { gates, clock } = fleet({ maxInFlight: 5 });
    const ends: (() => void)[] = [];
    let most = 0;
    let inside = 0;
    const calls = Array.from({ length: 6 }, () =>
      gates[0]
        .run('crm', async () => {
          most = Math.max(most, ++inside);
          await new Promise<void>((resolve) => ends.push(resolve));
          inside--;
          return 'token';
        })
        .catch((error: unknown) => error),
    );
    await clock.advance(0);
    expect(gates[0].standing('crm')).toMatchObject({ inFlight: 3, waiting: 3 });
    expect(gates[0].free('crm', 0)).toBe(0);
    ends[0]?.();
    await clock.advance(0);
    await clock.advance(10_000);
    for (const end of ends) end();
    await clock.advance(0);
    const results = await Promise.all(calls);
    expect(most).toBe(3);
    expect(results.filter((result) => result === 'token')).toHaveLength(4);
    for (const result of results.filter((each) => each !== 'token'))
      expect(result).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'unsent' });
  });

  it('are kept for callers who wait by a fifth, where there are five or more', () => {
    expect(fleet({ maxInFlight: 10 }, 1).gates[0].free('crm', 0)).toBe(8);
    expect(fleet({ maxInFlight: 10 }, 1).gates[0].free('crm', 8)).toBe(0);
    expect(fleet({ maxInFlight: 1 }, 1).gates[0].free('crm', 0)).toBe(1);
  });

  it('are none where the database cannot say whether they may be made, and that is no lost answer', async () => {
    const { gates, breakDatabase } = fleet({ maxPerSecond: 5 });
    breakDatabase();
    expect(await succeed(gates[0])).toMatchObject({
      delivery: 'unsent',
      message: 'the database is down',
    });
  });
});
