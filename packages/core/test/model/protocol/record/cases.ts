// Every order of flights and faults under rules R1 to R4: what holds, and what breaks when a rule is switched off.
import { MODES, type Mode } from '../../state.ts';
import type { Case, Run } from '../case.ts';
import { explore } from '../explore.ts';
import { type Property, recordModel } from './model.ts';
import {
  type Faults,
  KERNEL,
  LEASE,
  type Lock,
  NO_FAULT,
  OTHER_KERNEL,
  PROTOCOL,
  type Rules,
  reachesOf,
  WEB_1,
  WEB_2,
} from './rules.ts';

export interface Question {
  readonly locks: readonly (Lock | undefined)[];
  readonly faults?: Partial<Faults>;
  readonly rules?: Partial<Rules>;
  /** Of each manager; default 1. */
  readonly flights?: number;
}

/** What a server makes possible, in the order of MODES. */
export type ByServer = readonly [
  neverRotates: readonly Property[],
  grace: readonly Property[],
  rejects: readonly Property[],
  revokes: readonly Property[],
];

const searchOf = (mode: Mode, { locks, faults, rules, flights = 1 }: Question) =>
  explore(
    recordModel({
      mode,
      locks,
      reaches: reachesOf(locks),
      rules: { ...PROTOCOL, ...rules },
      flights,
      faults: { ...NO_FAULT, ...faults },
    }),
  );

const runsOf = (question: Question, breaks?: ByServer, modes: readonly Mode[] = MODES): Run[] =>
  modes.map((mode) => ({
    of: mode,
    breaks: breaks?.[MODES.indexOf(mode)] ?? [],
    search: () => searchOf(mode, question),
  }));

export const holds = (
  what: string,
  question: Question,
  long?: true,
  modes?: readonly Mode[],
): Case => ({
  what,
  runs: runsOf(question, undefined, modes),
  ...(long && { long }),
});

export const broken = (
  what: string,
  property: Property,
  steps: number,
  question: Question,
  breaks: ByServer,
  modes?: readonly Mode[],
): Case => ({ what, shows: { property, steps }, runs: runsOf(question, breaks, modes) });

/** A row that the protocol itself does not break: searched as well. */
export const refuted = (...row: Parameters<typeof broken>): Case => ({
  ...broken(...row),
  protocol: () => searchOf('revokes', { ...row[3], rules: {} }),
});

const LOCKS: readonly (readonly [string, readonly (Lock | undefined)[]])[] = [
  ['one lock, freed on death', [KERNEL, KERNEL]],
  ['no lock', [undefined, undefined]],
  ['two locks', [KERNEL, OTHER_KERNEL]],
  ['one with a lock, one without', [KERNEL, undefined]],
  ['Web Locks in two Node processes', [WEB_1, WEB_2]],
  ['a kernel lock, and Web Locks in Node', [KERNEL, WEB_2]],
  ['a lease', [LEASE, LEASE]],
];

const FAULTS: readonly (readonly [string, Partial<Faults>])[] = [
  ['an outage', { outages: 1 }],
  ['two outages', { outages: 2 }],
  ['away and back', { absences: 1 }],
  ['a restored backup', { restores: 1 }],
  ['a crash', { crashes: 1 }],
  ['a lost answer', { lostAnswers: 1 }],
  ['a sign-out', { signOuts: 1 }],
  ['an outage, away and back', { outages: 1, absences: 1 }],
  ['an outage, a crash', { outages: 1, crashes: 1 }],
  ['an outage, a sign-out', { outages: 1, signOuts: 1 }],
  ['away and back, a sign-out', { absences: 1, signOuts: 1 }],
  ['a restored backup, an outage', { restores: 1, outages: 1 }],
];

const TWO: Case[] = LOCKS.flatMap(([lock, locks]) => [
  holds(`${lock}; no fault`, { locks, flights: 2 }),
  ...FAULTS.map(([fault, faults]) => holds(`${lock}; ${fault}`, { locks, faults })),
]);

const LAPSES: Case[] = [
  holds('a lease that runs out under its holder', {
    locks: [LEASE, LEASE],
    faults: { lapses: 1 },
    flights: 2,
  }),
  ...FAULTS.filter(([fault]) =>
    ['an outage', 'a crash', 'an outage, away and back', 'a sign-out'].includes(fault),
  ).map(([fault, faults]) =>
    holds(`a lease that runs out under its holder; ${fault}`, {
      locks: [LEASE, LEASE],
      faults: { ...faults, lapses: 1 },
    }),
  ),
];

/** A rule switched off, and nothing breaks in these orders. */
const HARMLESS: Case[] = [
  holds('without a lock: what is owed needs no lock', {
    locks: [undefined, undefined],
    faults: { outages: 1 },
    rules: { whoOwes: 'tries without the lock' },
  }),
  holds('without a lock: an intent that is over is not marked, which makes the next wait only', {
    locks: [undefined, undefined],
    faults: { lostAnswers: 1 },
    rules: { marksOver: false },
  }),
];

const ONE_OF_EVERY: Partial<Faults> = {
  outages: 1,
  absences: 1,
  restores: 1,
  crashes: 1,
  lostAnswers: 1,
  signOuts: 1,
};

const ALL_FAULTS: Case[] = LOCKS.slice(0, 5).map(([lock, locks]) =>
  holds(
    `${lock}; two flights each, one of every fault`,
    { locks, faults: ONE_OF_EVERY, flights: 2 },
    true,
    ['grace', 'revokes'],
  ),
);

const THREE_LOCKS: typeof LOCKS = [
  ['three managers, one lock', [KERNEL, KERNEL, KERNEL]],
  ['three managers, no lock', [undefined, undefined, undefined]],
  ['three managers, one with a lock, two without', [KERNEL, undefined, undefined]],
  ['three managers, a kernel lock, and two Web Locks in Node', [KERNEL, WEB_1, WEB_2]],
];

const THREE_FAULTS: readonly (readonly [string, Partial<Faults>, flights: number])[] = [
  ['no fault', {}, 2],
  ['away and back', { absences: 1 }, 1],
  ['an outage, a crash', { outages: 1, crashes: 1 }, 1],
  ['a crash, a lost answer', { crashes: 1, lostAnswers: 1 }, 1],
];

const THREE_FAULTS_LONG: typeof THREE_FAULTS = [
  ['an outage', { outages: 1 }, 2],
  ['a restored backup', { restores: 1 }, 2],
  ['an outage, away and back, a sign-out', { outages: 1, absences: 1, signOuts: 1 }, 1],
  ['an outage, away and back, a restored backup', { outages: 1, absences: 1, restores: 1 }, 1],
];

const three = (faults: typeof THREE_FAULTS, long?: true): Case[] =>
  THREE_LOCKS.flatMap(([lock, locks]) =>
    faults.map(([fault, each, flights]) =>
      holds(`${lock}; ${fault}`, { locks, faults: each, flights }, long, ['grace', 'revokes']),
    ),
  );

export const HOLDS: readonly Case[] = [
  ...TWO,
  ...LAPSES,
  ...HARMLESS,
  ...three(THREE_FAULTS),
  ...three(THREE_FAULTS_LONG, true),
  ...ALL_FAULTS,
];
