import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  draw,
  FRESH,
  held,
  opened,
  type ProviderState,
  rateOf,
  recovered,
  shareOf,
} from '../src/pace/state.ts';

/** What replicas do to the row of a provider, one after the other: each is a conditional write. */
type Step = { readonly wait: number; readonly random: number } & (
  | { readonly type: 'draw'; readonly wanted: number; readonly purpose: 'demand' | 'ahead' }
  | { readonly type: 'open' | 'recover' }
  | { readonly type: 'hold'; readonly ms: number }
);
const base = {
  wait: fc.integer({ min: 0, max: 4000 }),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
};
const drawing = fc.record({
  ...base,
  type: fc.constant('draw' as const),
  wanted: fc.integer({ min: 1, max: 50 }),
  purpose: fc.constantFrom('demand' as const, 'ahead' as const),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: drawing },
  {
    weight: 1,
    arbitrary: fc.record({ ...base, type: fc.constantFrom('open' as const, 'recover' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...base,
      type: fc.constant('hold' as const),
      ms: fc.integer({ min: 1, max: 20_000 }),
    }),
  },
);
const cap = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constant(0.5), fc.constant(Infinity));

interface Granted {
  readonly at: number;
  readonly granted: number;
  readonly purpose: 'demand' | 'ahead';
  readonly before: ProviderState;
}

/** Plays the steps; gives each grant, with the state that it was decided on. */
function play(steps: readonly Step[], most: number): readonly Granted[] {
  let now = 1_000_000;
  let state = FRESH;
  const grants: Granted[] = [];
  for (const each of steps) {
    now += each.wait;
    const before = state;
    if (each.type === 'draw') {
      const { wanted, purpose, random } = each;
      const drawn = draw(state, { cap: most, now, wanted, purpose, random });
      state = drawn.state;
      if (drawn.granted === 0) expect(drawn.until).toBeGreaterThan(now);
      grants.push({ at: now, granted: drawn.granted, purpose, before });
    } else if (each.type === 'open') state = opened(state, now, each.random);
    else if (each.type === 'recover') state = recovered(state, now);
    else state = held(state, now, 'ms' in each ? each.ms : 0);
  }
  return grants;
}
const plan = fc.tuple(fc.array(step, { maxLength: 60 }), cap);

describe('the budget and the breaker of a provider', () => {
  it('grant no more than a second’s worth at once and the rate after that, in any stretch of time', () => {
    fc.assert(
      fc.property(plan, ([steps, most]) => {
        fc.pre(most !== Infinity);
        const grants = play(steps, most).filter(({ before }) => before.open === undefined);
        for (const [index, first] of grants.entries()) {
          let sum = 0;
          for (const { at, granted } of grants.slice(index)) {
            sum += granted;
            const burst = Math.max(most, 1 + most * 0.2);
            // One more for each recovery: it begins with a call of its own.
            const recoveries = steps.filter(({ type }) => type === 'recover').length;
            expect(sum).toBeLessThanOrEqual(
              burst + (most * (at - first.at)) / 1000 + recoveries + 1e-6,
            );
          }
        }
      }),
    );
  });

  it('let no more than twice as many into one second: what is there after a quiet one, and what comes meanwhile', () => {
    const demands = Array.from({ length: 11 }, (_, index) => ({
      ...{ ...base0, type: 'draw' as const, wanted: 50, purpose: 'demand' as const },
      wait: index === 0 ? 60_000 : 100,
    }));
    const sum = play(demands, 50).reduce((all, { granted }) => all + granted, 0);
    expect(sum).toBe(100);
  });

  it('keep a fifth for callers who wait', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 200 }),
        fc.array(drawing, { maxLength: 40 }),
        (most, steps) => {
          const ahead = steps.map((each) => ({ ...each, wait: 0, purpose: 'ahead' as const }));
          const first: Step = { ...base0, type: 'draw', wait: 5000, wanted: 1, purpose: 'ahead' };
          const taken = play([first, ...ahead], most).reduce(
            (sum, { granted }) => sum + granted,
            0,
          );
          expect(taken).toBeLessThanOrEqual(most * 0.8 + 1e-6);
          const demand: Step = { ...base0, type: 'draw', wait: 0, wanted: 1, purpose: 'demand' };
          const last = play([first, ...ahead, demand], most).at(-1);
          expect(last?.granted).toBe(1);
        },
      ),
    );
  });

  it('let one probe through every 5 to 30 s while it is open, whoever asks', () => {
    fc.assert(
      fc.property(plan, ([steps, most]) => {
        let last = -Infinity;
        for (const { at, granted, before } of play(steps, most)) {
          if (before.open === undefined) {
            last = -Infinity;
            continue;
          }
          if (granted === 0) continue;
          expect(granted).toBe(1);
          expect(at - Math.max(last, before.open.since)).toBeGreaterThanOrEqual(5000);
          last = at;
        }
      }),
    );
  });

  it('never leave a provider without a probe for more than 30 s, unless it has asked for that', () => {
    fc.assert(
      fc.property(plan, base.random, ([steps, most], random) => {
        const quiet = steps.filter(({ type }) => type !== 'hold' && type !== 'recover');
        const grants = play(
          [
            { ...base0, type: 'open', random },
            ...quiet,
            { ...base0, type: 'draw', wait: 30_000, wanted: 5, purpose: 'ahead' },
          ],
          most,
        );
        expect(grants.at(-1)?.granted).toBe(1);
      }),
    );
  });

  it('grant nothing before the end of a Retry-After, whatever else is seen of the provider', () => {
    fc.assert(
      fc.property(plan, ([steps, most]) => {
        const early = play(steps, most).filter(({ at, before }) => (before.heldUntil ?? 0) > at);
        expect(early.filter(({ granted }) => granted > 0)).toEqual([]);
      }),
    );
  });

  it('begin after an outage with one call a second, and double every 10 s up to the limit', () => {
    const state = recovered(opened(FRESH, 0, 0), 100_000);
    const seconds = [0, 9.9, 10, 20, 50, 70, 200];
    expect(seconds.map((after) => rateOf(state, 100, 100_000 + after * 1000))).toEqual([
      1, 1, 2, 4, 32, 100, 100,
    ]);
    expect(rateOf(state, Infinity, 100_000 + 99_000)).toBe(512);
    expect(rateOf(state, Infinity, 100_000 + 100_000)).toBe(Infinity);
  });

  it('are opened and closed once, however many have seen the same', () => {
    const open = opened(FRESH, 1000, 0.5);
    expect(opened(open, 2000, 0.1)).toBe(open);
    const closed = recovered(open, 3000);
    expect(recovered(closed, 4000)).toBe(closed);
    expect(recovered(FRESH, 4000)).toBe(FRESH);
  });

  it('write nothing for a provider that has no limit and works', () => {
    const drawn = draw(FRESH, { cap: Infinity, now: 5, wanted: 40, purpose: 'ahead', random: 0 });
    expect(drawn.granted).toBe(40);
    expect(drawn.state).toBe(FRESH);
  });
});

const base0 = { wait: 0, random: 0 };

describe('the calls in flight of a replica', () => {
  it('are no more than the whole with those of all others', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 }),
        (whole, replicas) => {
          const shares = replicas.map((id) => shareOf(whole, replicas, id));
          expect(shares.reduce((sum, share) => sum + share, 0)).toBe(whole);
          expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
