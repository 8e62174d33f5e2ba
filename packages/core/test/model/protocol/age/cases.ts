// The age of an intent by any clock: what breaks, in which situation, and in how many steps at least.
import type { Case, Searches } from '../case.ts';
import { HOLDS } from './holds.ts';
import {
  abandoned,
  ANYBODY,
  BOTH,
  brief,
  CLOCK,
  FAR,
  LESS,
  NEVER,
  ONE,
  refuted,
  runOf,
  STORE,
  TOGETHER,
} from './situations.ts';
import { ATTEMPT, WALL } from './state.ts';

const REFUTED: Case[] = [
  ...refuted(
    NEVER,
    'short-lived managers begin to count anew each time',
    { rules: brief, atMost: 9 },
    [
      [ONE, 6],
      [BOTH, 33],
    ],
  ),
  ...refuted(
    NEVER,
    'short-lived managers begin to count anew each time, under a lease',
    { rules: { ...brief, lock: 'lease' }, atMost: 11 },
    [[ONE, 9]],
  ),
  ...refuted(
    NEVER,
    'three short-lived managers begin to count anew each time',
    { rules: { ...brief, ahead: [0, 0, 0] }, atMost: 9 },
    [[ONE, 8]],
  ),
  ...refuted(
    TOGETHER,
    'an owner that holds its answer through a long outage is overridden, though all clocks are right',
    { faults: { outages: 1 } },
    [
      [STORE, 12],
      [CLOCK, 15],
      [BOTH, 14],
    ],
  ),
  ...refuted(
    TOGETHER,
    'among short-lived managers, an owner that holds its answer is overridden',
    { rules: { life: 2 }, faults: { outages: 1 } },
    [
      [STORE, 12],
      [CLOCK, 15],
    ],
  ),
  ...refuted(
    TOGETHER,
    'under a lease of that store, an owner that holds its answer is overridden',
    { rules: { lock: 'lease' }, faults: { outages: 1 } },
    [
      [STORE, 14],
      [CLOCK, 17],
    ],
  ),
  ...refuted(
    TOGETHER,
    'a clock that is far ahead overrides a live attempt',
    { rules: { ahead: [0, FAR] } },
    [[CLOCK, 4]],
  ),
  ...refuted(
    TOGETHER,
    'a clock that is far ahead overrides a live attempt once its lease has run out',
    { rules: { ahead: [0, FAR], lock: 'lease' }, faults: { lapses: 1 } },
    [[CLOCK, 7]],
  ),
  ...refuted(
    TOGETHER,
    'a clock that is ahead by less than the rule still overrides a live attempt',
    { rules: { ahead: [0, WALL - ATTEMPT] } },
    [[CLOCK, 6]],
  ),
  ...refuted(
    TOGETHER,
    'a clock that is put forward overrides a live attempt',
    { faults: { clockSteps: 1 } },
    [[CLOCK, 5]],
  ),
  ...refuted(TOGETHER, 'a writer whose clock is behind', { rules: { ahead: [-FAR, 0] } }, [
    [LESS, 4],
  ]),
  ...refuted(
    TOGETHER,
    'the limit counts from a call that began late',
    { rules: { slowWrites: true, attemptFrom: 'its call', limit: ATTEMPT + 1 } },
    [[STORE, 7]],
  ),
];

const NOT_PROMISED: Case[] = [
  {
    what: 'managers that look only once have nothing to count',
    shows: { property: NEVER, steps: 3 },
    runs: [runOf(ANYBODY, { rules: { ...abandoned, life: 1 } }, [NEVER])],
  },
  {
    what: 'a limit that leaves an owner no time to pay after an outage',
    shows: { property: TOGETHER, steps: 13 },
    runs: [ANYBODY, ONE].map((age) =>
      runOf(age, { rules: { limit: ATTEMPT + 1 }, faults: { outages: 1 } }, [TOGETHER]),
    ),
  },
];

export const AGE: Searches = {
  name: 'the age of an intent',
  holds: HOLDS,
  refuted: REFUTED,
  notPromised: NOT_PROMISED,
};
