import fc from 'fast-check';
import type { Action } from './actions.ts';
import type { Fault } from './faults.ts';
import type { Setting } from './setting.ts';

/** Schedules in which one kind of thing goes wrong, and often: what is promised about it holds there without an excuse. */
export type Focus =
  | 'leaseLost'
  | 'outage'
  | 'away'
  | 'restore'
  | 'announce'
  | 'lateWrites'
  | 'subject'
  | 'stepUp'
  | 'clock'
  | 'ends'
  | 'trap'
  | 'shortLived'
  | 'answerLost';

interface FocusOf {
  readonly actions: readonly fc.WeightedArbitrary<Action>[];
  /** Ordinary things that do not happen there. */
  readonly without?: readonly Action['do'][];
  readonly setting?: { readonly [Name in keyof Setting]?: fc.Arbitrary<Setting[Name]> };
}

const by = fc.nat(2);
const pick = fc.nat(7);
const never = fc.constant(false);
const strike = (...faults: readonly Fault[]): fc.Arbitrary<Action> =>
  fc.record({ do: fc.constant('strike'), pick, fault: fc.constantFrom(...faults) });
const often = (arbitrary: fc.Arbitrary<Action>, weight = 4): fc.WeightedArbitrary<Action> => ({
  weight,
  arbitrary,
});

export const FOCI: Record<Focus, FocusOf> = {
  leaseLost: { actions: [often(fc.record({ do: fc.constant('loseLease') }))] },
  // A manager that closes gives up what it owes after 10 s, and says so: that is not promised.
  outage: {
    actions: [
      often(
        fc.record({
          do: fc.constant('outage'),
          ms: fc.constantFrom(5000, 20_000, 60_000, 200_000),
        }),
        5,
      ),
      often(strike('storeFails')),
    ],
    without: ['reopen'],
    setting: { acquires: never },
  },
  away: {
    actions: [
      often(
        fc.record({
          do: fc.constant('away'),
          ms: fc.constantFrom(1, 100, 1000, 5000, 20_000, 60_000),
        }),
        5,
      ),
    ],
    without: ['reopen', 'signOut'],
    setting: { acquires: never },
  },
  // With clocks that are wrong as well, turns say nothing: that is not promised.
  restore: {
    actions: [
      often(fc.record({ do: fc.constant('restore'), pick })),
      often(fc.record({ do: fc.constant('signIn'), by }), 3),
    ],
    without: ['reopen', 'jump'],
    setting: { acquires: never },
  },
  announce: {
    actions: [
      often(fc.record({ do: fc.constant('announce'), by, pick }), 8),
      often(fc.record({ do: fc.constant('reopen'), by }), 3),
    ],
    without: ['jump'],
  },
  lateWrites: {
    actions: [
      often(strike('writeLate'), 8),
      often(strike('writeRefused'), 3),
      often(fc.record({ do: fc.constant('signIn'), by }), 4),
      often(fc.record({ do: fc.constant('signOut'), by }), 3),
    ],
    without: ['reopen', 'jump'],
    setting: { acquires: never },
  },
  subject: {
    actions: [often(strike('otherSubject'), 8)],
    setting: { subjects: fc.constant(true) },
  },
  stepUp: {
    actions: [
      often(strike('unavailable', 'unsent', 'rateLimited'), 8),
      often(
        fc.record({
          do: fc.constant('request'),
          by,
          hostile: fc.constant(true),
          body: fc.constant('text'),
          foreign: never,
        }),
      ),
    ],
  },
  clock: {
    actions: [
      often(
        fc.record({
          do: fc.constant('jump'),
          by,
          ms: fc.constantFrom(-36_000_000, -7_200_000, 7_200_000, 36_000_000),
        }),
      ),
    ],
    setting: { absolute: fc.constant(true), lifetime: fc.constantFrom(600, 3600) },
  },
  ends: {
    actions: [
      often(fc.record({ do: fc.constant('end'), by, failing: fc.boolean() }), 6),
      often(strike('storeFails'), 4),
    ],
    without: ['reopen', 'jump'],
    setting: { acquires: never, start: fc.constantFrom('expired', 'record') },
  },
  trap: { actions: [often(strike('trap'), 6)] },
  shortLived: {
    actions: [
      often(fc.record({ do: fc.constant('shortLived'), by, lives: fc.constant(60) }), 2),
      often(fc.record({ do: fc.constant('crash'), by, arrives: never }), 1),
    ],
    without: ['jump'],
    setting: { start: fc.constantFrom('expired', 'record'), lifetime: fc.constant(600) },
  },
  answerLost: { actions: [often(strike('answerLost', 'errorAfter'), 5)] },
};
