// What the search found when the protocol was designed. A rule that is changed, in the model or in docs/protocol.md, shows here.
import type { Rules } from './flight.ts';
import type { Property } from './properties.ts';
import type { Question } from './search.ts';

/** The number of states that can be reached, and what does not hold. */
export type Found = readonly [states: number, ...broken: Property[]];

/** By what the server does with a refresh token that was redeemed before. */
interface Recorded extends Omit<Question, 'mode' | 'rules'> {
  readonly what: string;
  readonly neverRotates: Found;
  readonly grace: Found;
  readonly rejects: Found;
  readonly revokes: Found;
}

const atMost2 = { flights: 2 } as const;

export const WHOLE: readonly Recorded[] = [
  {
    what: 'no fault',
    ...atMost2,
    neverRotates: [182],
    grace: [182],
    rejects: [182],
    revokes: [182],
  },
  {
    what: 'a sign-out',
    ...atMost2,
    faults: { signOuts: 1 },
    neverRotates: [728],
    grace: [728],
    rejects: [728],
    revokes: [728],
  },
  {
    what: 'a lease that runs out under a living holder',
    ...atMost2,
    faults: { leases: 1 },
    neverRotates: [1278],
    grace: [1306],
    rejects: [1632],
    revokes: [1818, 'D7'],
  },
  {
    what: 'a crash',
    ...atMost2,
    faults: { crashes: 1 },
    neverRotates: [1284],
    grace: [1376],
    rejects: [1464, 'D8'],
    revokes: [1636, 'D8'],
  },
  {
    what: 'a lost or late message',
    ...atMost2,
    faults: { losses: 1 },
    neverRotates: [858],
    grace: [948],
    rejects: [1116, 'D8'],
    revokes: [1448, 'D8'],
  },
  {
    what: 'a lease that runs out, and a sign-out',
    flights: 1,
    faults: { leases: 1, signOuts: 1 },
    neverRotates: [806],
    grace: [806],
    rejects: [848],
    revokes: [876, 'D7'],
  },
  {
    what: 'a lease that runs out, a crash and a lost message',
    flights: 1,
    faults: { leases: 1, crashes: 1, losses: 1 },
    neverRotates: [2634],
    grace: [3172],
    rejects: [4300, 'D8'],
    revokes: [5164, 'D7', 'D8'],
  },
];

/** One rule switched off, and what does not hold any more that held with it. */
export const WITHOUT: readonly (Recorded & { readonly rules: Partial<Rules> })[] = [
  {
    what: 'the lock: refresh tokens are redeemed twice',
    ...atMost2,
    rules: { lock: false },
    neverRotates: [409, 'D1'],
    grace: [437, 'D1'],
    rejects: [615, 'D1'],
    revokes: [841, 'D1', 'D2', 'D7'],
  },
  {
    what: 'reading the store again under the lock: a spent refresh token is sent',
    ...atMost2,
    rules: { reread: false },
    neverRotates: [222],
    grace: [222],
    rejects: [222],
    revokes: [212, 'D2', 'D7'],
  },
  {
    what: 'storing before showing: tokens are handed out that are not stored',
    ...atMost2,
    rules: { storeFirst: false },
    neverRotates: [200, 'D5'],
    grace: [200, 'D5'],
    rejects: [200, 'D5'],
    revokes: [200, 'D5'],
  },
  {
    what: 'comparing when a commit is written: generations go back',
    ...atMost2,
    faults: { leases: 1 },
    rules: { commit: 'nothing' },
    neverRotates: [1322, 'D3 back', 'D5'],
    grace: [1350, 'D3 back', 'D3 token', 'D5'],
    rejects: [1632],
    revokes: [1818],
  },
  {
    what: 'accepting a commit after the lease has run out: live tokens are thrown away',
    ...atMost2,
    faults: { leases: 1 },
    rules: { commit: 'generation and lease' },
    neverRotates: [1468],
    grace: [1496],
    rejects: [1642, 'D6 given up', 'D6 token'],
    revokes: [1804, 'D6 token'],
  },
  {
    what: 'accepting a commit on a generation that somebody marked dead: a live session is given up',
    ...atMost2,
    faults: { leases: 1 },
    rules: { deadMayBeFollowed: false },
    neverRotates: [1278],
    grace: [1306],
    rejects: [1506, 'D6 given up'],
    revokes: [1706],
  },
  {
    what: 'looking whose lock it is before it is released: nothing breaks, more orders are possible',
    ...atMost2,
    faults: { leases: 1 },
    rules: { releaseOwn: false },
    neverRotates: [1448],
    grace: [1504],
    rejects: [2060],
    revokes: [2596],
  },
  {
    what: 'reading the store again after a refusal: a live session is given up',
    ...atMost2,
    faults: { leases: 1 },
    rules: { rereadRefused: false },
    neverRotates: [1278],
    grace: [1338, 'D6 given up'],
    rejects: [1784, 'D6 given up'],
    revokes: [1816],
  },
  {
    what: 'reading the store again after a refusal: a grace window does not help any more',
    ...atMost2,
    faults: { leases: 1, losses: 1 },
    rules: { rereadRefused: false },
    neverRotates: [8582],
    grace: [9838, 'D6 given up', 'D8'],
    rejects: [14236, 'D6 given up'],
    revokes: [17692],
  },
  {
    what: 'asking for the session when a commit is written: a session comes back after a sign-out',
    ...atMost2,
    faults: { signOuts: 1 },
    rules: { sameSession: false },
    neverRotates: [764, 'D4'],
    grace: [764, 'D4'],
    rejects: [764, 'D4'],
    revokes: [764, 'D4'],
  },
  {
    what: 'sending again after a lost answer: nothing breaks, the next flight does it',
    ...atMost2,
    faults: { losses: 1 },
    rules: { resend: false },
    neverRotates: [694],
    grace: [808],
    rejects: [904],
    revokes: [1084],
  },
];

/** The most simultaneous redemptions of one refresh token by three processes, one flight each, with so many leases that run out. */
export const AT_ONCE: readonly {
  what: string;
  rules: Partial<Rules>;
  leases: number;
  states: number;
  most: number;
}[] = [
  { what: 'the protocol', rules: {}, leases: 0, states: 158, most: 1 },
  { what: 'the protocol', rules: {}, leases: 1, states: 1436, most: 2 },
  { what: 'the protocol', rules: {}, leases: 2, states: 7412, most: 3 },
  { what: 'any lock released', rules: { releaseOwn: false }, leases: 0, states: 158, most: 1 },
  { what: 'any lock released', rules: { releaseOwn: false }, leases: 1, states: 1580, most: 2 },
  { what: 'any lock released', rules: { releaseOwn: false }, leases: 2, states: 7652, most: 3 },
  { what: 'no lock', rules: { lock: false }, leases: 0, states: 1071, most: 3 },
];

/** Three processes, one flight each, with one of every fault: what `npm run test:long -- model` searches. */
export const THREE: Recorded = {
  what: 'three processes, one of every fault',
  processes: 3,
  flights: 1,
  faults: { leases: 1, crashes: 1, losses: 1, signOuts: 1 },
  neverRotates: [112_240],
  grace: [130_294],
  rejects: [157_522, 'D8'],
  revokes: [187_690, 'D7', 'D8'],
};
