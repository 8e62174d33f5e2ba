// What libraries, users and faults do while tokens are announced, and how a search of that is put together.
import type { Case, Run } from '../case.ts';
import { explore } from '../explore.ts';
import { announcementsModel, type Property } from './model.ts';
import { PROTOCOL, type Rules } from './rules.ts';
import type { Faults, Server } from './state.ts';

export interface Situation {
  readonly faults: Partial<Faults>;
  /** Default 2. */
  readonly managers?: number;
  readonly rules?: Partial<Rules>;
}

const NO_FAULT: Faults = {
  announcements: 0,
  refreshes: 0,
  logins: 0,
  signOuts: 0,
  restarts: 0,
  libraryRefreshes: 1,
  callers: 0,
  failedWrites: 0,
  crashes: 0,
  accessAlone: 0,
  agains: 0,
};

/** Where refresh tokens stay the same there are many more states. */
export const ROTATING: readonly Server[] = ['rejects', 'revokes'];
export const EVERY: readonly Server[] = ['neverRotates', ...ROTATING];

export const search =
  (server: Server, { faults, managers = 2, rules }: Situation) =>
  () =>
    explore(
      announcementsModel({
        server,
        managers,
        rules: { ...PROTOCOL, ...rules },
        faults: { ...NO_FAULT, ...faults },
      }),
    );

export const runsOf = (
  servers: readonly Server[],
  situation: Situation,
  breaks: readonly Property[] = [],
): Run[] => servers.map((server) => ({ of: server, breaks, search: search(server, situation) }));

export const holds = (
  what: string,
  situation: Situation,
  servers: readonly Server[] = EVERY,
  long?: true,
): Case => ({ what, runs: runsOf(servers, situation), ...(long && { long }) });

/** Libraries announce what they hold; nobody's refresh function announces anything. */
export const LIBRARIES: readonly (readonly [string, Situation])[] = [
  ['announcements and refreshes', { faults: { announcements: 3, refreshes: 3 } }],
  [
    'announcements and refreshes, managers that are started anew',
    { faults: { announcements: 3, refreshes: 3, restarts: 2 } },
  ],
  [
    'announcements and refreshes, a sign-in as somebody else',
    { faults: { announcements: 4, refreshes: 2, logins: 1 } },
  ],
  [
    'announcements and refreshes, a sign-out',
    { faults: { announcements: 3, refreshes: 2, signOuts: 1, restarts: 1 } },
  ],
  [
    'a sign-out, then a sign-in',
    { faults: { announcements: 3, refreshes: 2, signOuts: 1, logins: 1 } },
  ],
  [
    'a sign-out, then the same tokens again on purpose',
    { faults: { announcements: 4, refreshes: 2, signOuts: 1, agains: 1 } },
  ],
  [
    'three managers, a sign-in',
    {
      faults: { announcements: 3, refreshes: 2, logins: 1, libraryRefreshes: 0 },
      managers: 3,
    },
  ],
  [
    'three managers, a sign-out, one that is started anew',
    {
      faults: { announcements: 3, refreshes: 2, signOuts: 1, restarts: 1, libraryRefreshes: 0 },
      managers: 3,
    },
  ],
];

/** A refresh function announces the tokens that it then returns. */
export const FUNCTIONS: readonly (readonly [string, Situation])[] = [
  ['callers', { faults: { refreshes: 2, callers: 2 } }],
  ['libraries', { faults: { announcements: 2, refreshes: 2, callers: 1 } }],
  [
    'a write that fails',
    { faults: { announcements: 1, refreshes: 2, callers: 2, failedWrites: 1 } },
  ],
  ['a crash', { faults: { announcements: 1, refreshes: 2, callers: 2, crashes: 1 } }],
  [
    'a write that fails, and a crash',
    { faults: { announcements: 1, refreshes: 2, callers: 1, failedWrites: 1, crashes: 1 } },
  ],
  [
    'a sign-in as somebody else',
    { faults: { announcements: 2, refreshes: 1, callers: 2, logins: 1 } },
  ],
  ['a sign-out', { faults: { announcements: 1, refreshes: 2, callers: 2, signOuts: 1 } }],
  [
    'two flights, no lock',
    { faults: { announcements: 1, refreshes: 2, callers: 2 }, rules: { lock: false } },
  ],
  [
    'a sign-out, then the same tokens again on purpose',
    { faults: { announcements: 2, refreshes: 2, callers: 1, signOuts: 1, agains: 1 } },
  ],
  [
    'a sign-out, then a sign-in',
    {
      faults: {
        announcements: 2,
        refreshes: 1,
        callers: 1,
        signOuts: 1,
        logins: 1,
        libraryRefreshes: 0,
      },
    },
  ],
  [
    'no lock, a write that fails, a crash, one that is started anew',
    {
      faults: {
        announcements: 1,
        refreshes: 2,
        callers: 1,
        failedWrites: 1,
        crashes: 1,
        restarts: 1,
        libraryRefreshes: 0,
      },
      rules: { lock: false },
    },
  ],
  [
    'three managers',
    { faults: { announcements: 1, refreshes: 2, callers: 2, libraryRefreshes: 0 }, managers: 3 },
  ],
  [
    'three managers, a write that fails, a sign-in',
    {
      faults: {
        announcements: 1,
        refreshes: 1,
        callers: 2,
        failedWrites: 1,
        logins: 1,
        libraryRefreshes: 0,
      },
      managers: 3,
    },
  ],
];
