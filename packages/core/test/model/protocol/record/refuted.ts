// Rules R1 to R4, each put in another way: what breaks. Each row says the property that it is about, the number of steps of
// the shortest way there, and all that breaks, by what the server does with a spent refresh token.
import type { Case, Searches } from '../case.ts';
import { broken, type ByServer, HOLDS, refuted } from './cases.ts';
import type { Property } from './model.ts';
import { KERNEL, LEASE, LIAR_1, LIAR_2, OTHER_KERNEL, WEB_1, WEB_2 } from './rules.ts';

const TWO: Property = 'two at once redeem one refresh token';
const SPENT: Property = 'a spent refresh token is sent';
const REMADE: Property = 'a flight makes a record again that is gone';
const LOST: Property = 'a session is lost although nobody died';
const OUTSIDE: Property = 'a manager stays signed out of a session that came back';
const STUCK: Property = 'somebody is stuck';

/** For rows of many states. */
const HARSH = ['grace', 'revokes'] as const;

const ONE = [KERNEL, KERNEL];
const NONE = [undefined, undefined];

/** Two send at once: a server that revokes ends the session. */
const AT_ONCE: ByServer = [[TWO], [TWO, SPENT], [TWO, SPENT], [TWO, SPENT, LOST]];
const SENT_AGAIN: ByServer = [[], [SPENT], [SPENT, LOST], [SPENT, LOST]];
const SENT_AGAIN_FOUND: ByServer = [[], [SPENT], [SPENT], [SPENT, LOST]];
const same = (...broken: Property[]): ByServer => [broken, broken, broken, broken];

/** R1: a manager that knows more than the store owes it. */
const OWING: Case[] = [
  refuted(
    'an answer that could not be stored is given up: somebody redeems the spent token',
    SPENT,
    14,
    {
      locks: ONE,
      faults: { outages: 1 },
      rules: { whoOwes: 'gives up', idleWritesBack: false },
    },
    SENT_AGAIN,
  ),
  refuted(
    'an answer that could not be stored is given up, without a lock',
    SPENT,
    13,
    {
      locks: NONE,
      faults: { outages: 1 },
      rules: { whoOwes: 'gives up', idleWritesBack: false },
    },
    SENT_AGAIN,
  ),
  refuted(
    'a flight that owes goes on trying, but gives the lock up: the next holder redeems the spent token',
    SPENT,
    14,
    { locks: ONE, faults: { outages: 1 }, rules: { whoOwes: 'tries without the lock' } },
    SENT_AGAIN_FOUND,
  ),
  refuted(
    'idle managers do not write back: a restored backup costs the session',
    LOST,
    11,
    { locks: ONE, faults: { restores: 1 }, rules: { idleWritesBack: false } },
    [[], [], [LOST], [LOST]],
  ),
  refuted(
    'a manager that waits for the lock does not write back: the holder waits for it for ever',
    STUCK,
    24,
    {
      locks: ONE,
      faults: { absences: 1, restores: 1 },
      rules: { queuedWritesBack: false },
      flights: 2,
    },
    [[STUCK], [STUCK], [LOST, STUCK], [LOST, STUCK]],
  ),
  refuted(
    'what is written back carries no mark: an intent is forgotten with what was lost',
    TWO,
    16,
    {
      locks: [undefined, undefined, undefined],
      faults: { restores: 1 },
      rules: { markOnWriteBack: 'none' },
      flights: 2,
    },
    AT_ONCE,
    HARSH,
  ),
  refuted(
    "the mark names the writer's lock, which then vouches for what was forgotten",
    TWO,
    18,
    {
      locks: [KERNEL, undefined, undefined],
      faults: { restores: 1 },
      rules: { markOnWriteBack: "with the writer's lock" },
      flights: 2,
    },
    AT_ONCE,
    HARSH,
  ),
];

/** R2: nothing there is no decision. */
const AWAY: Case[] = [
  refuted(
    'a record that is gone has its answer revoked: a file that an editor saves ends the session',
    LOST,
    10,
    {
      locks: ONE,
      faults: { absences: 1 },
      rules: { whenGone: 'revoked', goneForGood: true },
    },
    same(LOST, OUTSIDE),
  ),
  refuted(
    'a record that is gone is written again: the user who deleted it is signed in',
    REMADE,
    8,
    { locks: ONE, faults: { absences: 1 }, rules: { whenGone: 'written again' } },
    same(REMADE),
  ),
  refuted(
    'a record that is gone is over for good: nobody sees it come back',
    OUTSIDE,
    4,
    { locks: ONE, faults: { absences: 1 }, rules: { goneForGood: true } },
    same(OUTSIDE),
  ),
  refuted(
    'the answer is kept, but the lock given up: the next holder redeems the spent token',
    SPENT,
    14,
    { locks: ONE, faults: { absences: 1 }, rules: { whoOwes: 'tries without the lock' } },
    SENT_AGAIN_FOUND,
  ),
];

/** R3, R4: the record is the lock. */
const INTENTS: Case[] = [
  refuted(
    "another owner's intent is ignored without a lease",
    TWO,
    6,
    { locks: NONE, rules: { foreignIntents: 'ignored' }, flights: 2 },
    AT_ONCE,
  ),
  refuted(
    'a wait for an intent counts through an outage',
    TWO,
    11,
    { locks: NONE, faults: { outages: 2 }, rules: { waitCounts: 'always' }, flights: 2 },
    AT_ONCE,
  ),
  ...(
    [
      ['any lock vouches: two locks of different reach', 'any lock', [KERNEL, OTHER_KERNEL], 8],
      [
        'any lock vouches: one manager has a lock, one has none',
        'any lock',
        [KERNEL, undefined],
        7,
      ],
      ["a lock's name vouches: Web Locks in two Node processes", 'name', [WEB_1, WEB_2], 8],
      ["a lock's name vouches: a kernel lock, and Web Locks in Node", 'name', [KERNEL, WEB_2], 8],
    ] as const
  ).map(([what, vouchedBy, locks, steps]) =>
    refuted(what, TWO, steps, { locks, rules: { vouchedBy }, flights: 2 }, AT_ONCE),
  ),
  refuted(
    "a lock's name vouches: a lease that runs out",
    TWO,
    9,
    { locks: [LEASE, LEASE], faults: { lapses: 1 }, rules: { vouchedBy: 'name' }, flights: 2 },
    AT_ONCE,
  ),
];

const NOT_PROMISED: Case[] = [
  broken(
    'a lock whose identity is not unique: two hosts that say they are one',
    TWO,
    8,
    { locks: [LIAR_1, LIAR_2], flights: 2 },
    AT_ONCE,
  ),
  broken(
    'a flight that goes on for longer than its limit',
    'a flight slower than its limit costs the session',
    13,
    { locks: NONE, faults: { slowFlights: 1 } },
    [[], [], [], ['a flight slower than its limit costs the session']],
  ),
];

export const RECORD: Searches = {
  name: 'the record is the lock',
  holds: HOLDS,
  refuted: [...OWING, ...AWAY, ...INTENTS],
  notPromised: NOT_PROMISED,
};
