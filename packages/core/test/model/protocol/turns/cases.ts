// Who is signed in at the end: what holds of turns and of sign-ins that are owed, and what breaks otherwise.
import type { Case, Searches } from '../case.ts';
import { explore } from '../explore.ts';
import { type Property, turnsModel } from './model.ts';
import { type Faults, PROTOCOL, type Rules } from './state.ts';

const STANDS: Property = 'a rejected sign-in stands';
const BACK: Property = 'a signed-out session is back';
const FIGHT: Property = 'they write over each other for ever';
const LAST: Property = 'the last sign-in or sign-out that resolved does not stand';

interface Situation {
  /** Default: two sign-ins, and a store that goes back once. */
  readonly faults?: Partial<Faults>;
  /** Default 2. */
  readonly managers?: number;
  readonly ahead?: number;
}

const ONCE: Faults = {
  signIns: 2,
  signOuts: 0,
  refreshes: 0,
  restores: 1,
  unanswered: 0,
  refused: 0,
  restarts: 0,
};

const search =
  ({ faults, managers = 2, ahead = 0 }: Situation, rules: Partial<Rules> = {}, limit?: number) =>
  () =>
    explore(
      turnsModel({
        managers,
        rules: { ...PROTOCOL, ahead, ...rules },
        faults: { ...ONCE, ...faults },
        ...(limit !== undefined && { limit }),
      }),
    );

const holds = (what: string, situation: Situation, long?: true): Case => ({
  what,
  runs: [{ of: PROTOCOL.unanswered, breaks: [], search: search(situation) }],
  ...(long && { long }),
});

/** `breaks`: the property that the row is about comes first. */
const refuted = (
  what: string,
  steps: number,
  breaks: readonly [Property, ...Property[]],
  situation: Situation,
  rules: Partial<Rules>,
  limit?: number,
): Case => ({
  what,
  shows: { property: breaks[0], steps },
  runs: [{ of: JSON.stringify(rules), breaks, search: search(situation, rules, limit) }],
  protocol: search(situation),
});

const ORDER: Case[] = [
  holds('two sign-ins, the store goes back', {}),
  holds('two sign-ins, the store goes back, a refresh, a sign-out', {
    faults: { refreshes: 1, signOuts: 1 },
  }),
  holds('two sign-ins, the store goes back, a sign-out, a manager that is started anew', {
    faults: { signOuts: 1, restarts: 1 },
  }),
  holds('two sign-ins, the store goes back twice', { faults: { restores: 2, restarts: 1 } }),
  holds('three managers, a sign-out', { faults: { signOuts: 1 }, managers: 3 }),
  holds(
    'three managers, a refresh, a sign-out, one that is started anew',
    { faults: { refreshes: 1, signOuts: 1, restarts: 1 }, managers: 3 },
    true,
  ),
  holds('wrong clocks, the store never goes back, three managers', {
    faults: { restores: 0, signOuts: 1, restarts: 2 },
    managers: 3,
    ahead: 5,
  }),
];

const NO_RETURN = { signIns: 1, restores: 0, unanswered: 1, signOuts: 1 } as const;
const RETURN = { ...NO_RETURN, restores: 1 } as const;
const REFRESH = { ...NO_RETURN, refreshes: 1 } as const;

const UNANSWERED: readonly (readonly [string, Situation])[] = [
  ['a sign-in without an answer', { faults: REFRESH }],
  [
    'a sign-in without an answer, a manager that is started anew',
    { faults: { ...NO_RETURN, restarts: 1 } },
  ],
  ['two sign-ins without an answer', { faults: { ...NO_RETURN, unanswered: 2 } }],
  ['a sign-in without an answer, the store goes back', { faults: RETURN }],
  [
    'a sign-in without an answer, the store goes back, a manager that is started anew',
    { faults: { ...RETURN, restarts: 1 } },
  ],
  [
    'a sign-in without an answer, the store goes back, three managers',
    { faults: RETURN, managers: 3 },
  ],
  ['a sign-in without an answer, a clock that is ahead', { faults: REFRESH, ahead: 5 }],
  ['a sign-in without an answer, a clock that is behind', { faults: REFRESH, ahead: -5 }],
  [
    'a sign-in without an answer, three managers, wrong clocks',
    { faults: NO_RETURN, managers: 3, ahead: -5 },
  ],
];

const REFUSED: readonly (readonly [string, Situation])[] = [
  ['a sign-in that is refused for good', { faults: { signOuts: 1, refreshes: 1, refused: 1 } }],
  [
    'a sign-in without an answer, and one that is refused for good',
    { faults: { ...NO_RETURN, refused: 1 } },
  ],
  [
    'a sign-in without an answer, one that is refused for good, the store goes back',
    { faults: { ...RETURN, refused: 1 } },
  ],
  [
    'a sign-in without an answer, one that is refused for good, wrong clocks',
    { faults: { ...REFRESH, refused: 1 }, ahead: -5 },
  ],
];

const IDS: Partial<Rules> = { order: 'ids of what is over' };
const ANOTHER_BACK: Partial<Rules> = { unanswered: 'withdrawn: written over' };

const REFUTED: Case[] = [
  refuted(
    'ids of what is over instead of turns: managers write over each other for ever',
    7,
    [FIGHT],
    {},
    IDS,
  ),
  refuted(
    'ids of what is over instead of turns, three managers: an earlier session replaces a later sign-out',
    6,
    [LAST, FIGHT],
    { faults: { signOuts: 1 }, managers: 3 },
    IDS,
  ),
  refuted(
    'turns that only count: after the store went back, a later sign-in gets an earlier turn',
    6,
    [LAST],
    { faults: { signOuts: 1, restarts: 1 } },
    { turnsFollowTheClock: false },
  ),
  refuted(
    'a sign-in without an answer is forgotten: it rejects, and stands',
    4,
    [STANDS],
    { faults: { signIns: 0, restores: 0, unanswered: 1 } },
    { unanswered: 'forgotten' },
  ),
  refuted(
    'a sign-in without an answer is never taken up, and not written over: it stands',
    4,
    [STANDS, LAST],
    { faults: { signIns: 1, restores: 0, unanswered: 1 } },
    { unanswered: 'buried: never taken up' },
  ),
  refuted(
    'a sign-in without an answer is written over, with ids instead of turns: endless writing',
    5,
    [FIGHT],
    { faults: { signIns: 0, restores: 0, unanswered: 1 } },
    { ...IDS, ...ANOTHER_BACK },
  ),
  refuted(
    'a sign-in without an answer is written over: a signed-out session is back',
    7,
    [BACK, LAST],
    { faults: RETURN },
    ANOTHER_BACK,
  ),
  refuted(
    'a sign-in without an answer is the newest record: with wrong clocks it undoes a later sign-in',
    5,
    [LAST],
    { faults: REFRESH, ahead: 5 },
    { unanswered: 'owed as the newest record' },
  ),
  refuted(
    'a refusal for good is believed after a write without an answer: the sign-in rejects, and stands',
    4,
    [STANDS],
    { faults: { signIns: 0, restores: 0, refused: 1 } },
    { believes: 'any refusal' },
  ),
  {
    // The turns grow without end, so no state comes twice: the protocol has fewer than 6,000 states here.
    what: 'two sign-ins without an answer are written over: endless writing',
    runs: [
      {
        of: 'withdrawn: written over',
        breaks: [FIGHT],
        search: search({ faults: { ...NO_RETURN, unanswered: 2 } }, ANOTHER_BACK, 20_000),
      },
    ],
  },
];

const NOT_PROMISED: Case[] = [
  {
    what: 'a clock that is ahead, and a store that goes back',
    shows: { property: LAST, steps: 5 },
    runs: [
      {
        of: 'ahead',
        breaks: [LAST],
        search: search({ faults: { signOuts: 1, refreshes: 1 }, ahead: 5 }),
      },
    ],
  },
  {
    what: 'a clock that is behind, and a store that goes back',
    shows: { property: LAST, steps: 6 },
    runs: [
      {
        of: 'behind',
        breaks: [LAST],
        search: search({ faults: { signOuts: 1, refreshes: 1 }, ahead: -5 }),
      },
    ],
  },
];

export const TURNS: Searches = {
  name: 'the order of sessions',
  holds: [
    ...ORDER,
    ...[...UNANSWERED, ...REFUSED].map(([what, situation]) => holds(what, situation)),
  ],
  refuted: REFUTED,
  notPromised: NOT_PROMISED,
};
