// Rule R5 put in another way: what breaks, and in how many steps at least.
import type { Case } from '../case.ts';
import type { Property } from './model.ts';
import type { Rules } from './rules.ts';
import { ROTATING, runsOf, search } from './situations.ts';
import type { Faults, Server } from './state.ts';

export const SENT: Property = 'a spent refresh token is sent';
export const THROWN: Property = 'an answer is thrown away for tokens of its own login';
export const OLDER: Property = 'an older generation replaces a newer one';
export const ANOTHER: Property = 'tokens of the session make it another session';
export const REPLACED: Property = 'a session that was replaced comes back';
export const UP: Property = 'signed-out tokens come up again';
export const OVERLOOKED: Property = 'a real sign-in is overlooked';
export const LEAK: Property = "a caller gets another login's tokens";
export const LOST: Property = 'a session is lost though nobody died with the answer';
export const OWN: Property = 'the own callers are turned away by their own result';
export const NO_REFRESH: Property = 'the session loses its refresh token';
export const MIXED: Property = 'two logins are in one session';
/** What it costs if a refresh function announces tokens that tell no subject. */
export const COSTS: readonly Property[] = [
  'callers of other managers are turned away though the login goes on',
  'a refresh makes another session of the same login',
];

export const SELF: Partial<Rules> = { announcesItself: true };
export const SUBJECT: Partial<Rules> = { announcesItself: true, early: 'by their subject' };
export const ALONE: Partial<Rules> = { accessAlone: 'by its subject' };
export const NONE: readonly Server[] = ['noRefreshToken'];

type Row = readonly [
  what: string,
  steps: number,
  breaks: readonly [Property, ...Property[]],
  faults: Partial<Faults>,
  rules: Partial<Rules>,
];

const refuted =
  (servers: readonly Server[], also: readonly Property[] = [], right: Partial<Rules> = {}) =>
  ([what, steps, breaks, faults, rules]: Row): Case => ({
    what,
    shows: { property: breaks[0], steps },
    runs: runsOf(servers, { faults, rules }, [...breaks, ...also]),
    protocol: search(servers.at(-1) ?? 'revokes', { faults, rules: right }),
  });

/** All that follows where a spent token is taken for a new session. */
const UNKNOWN = [SENT, LOST, THROWN, OLDER, ANOTHER] as const;
const TWICE = { announcements: 2, refreshes: 2 } as const;

const MARKS: Row[] = [
  [
    'nothing is known of announced tokens',
    7,
    UNKNOWN,
    TWICE,
    { marks: 'nowhere', currentIsKnown: false },
  ],
  ['the current tokens are known, earlier ones are not', 7, UNKNOWN, TWICE, { marks: 'nowhere' }],
  [
    'fingerprints in memory only: a manager that is started anew has none',
    8,
    UNKNOWN,
    { ...TWICE, restarts: 1 },
    { marks: 'in memory' },
  ],
  [
    'fingerprints of one generation only',
    11,
    UNKNOWN,
    { announcements: 2, refreshes: 3 },
    { generations: 1 },
  ],
  [
    'nothing is kept of sessions that are over: a sign-out is undone',
    2,
    [UP, LOST],
    { announcements: 2, refreshes: 1, signOuts: 1 },
    { keepsPast: false },
  ],
  [
    'nothing is kept of sessions that are over: the session before a sign-in comes back',
    3,
    [REPLACED, OVERLOOKED, LOST],
    { announcements: 3, refreshes: 1, logins: 1 },
    { keepsPast: false },
  ],
  [
    'an answer is revoked though the token that it redeemed was brought back on purpose',
    6,
    [LOST, THROWN],
    { announcements: 2, refreshes: 1, signOuts: 1, agains: 1 },
    { followsAgain: false },
  ],
];

const STAYING: Row[] = [
  ['decided on memory, not on what the store holds', 6, [OLDER], TWICE, { decidesOn: 'memory' }],
  [
    'the current refresh token with another access token is always the next generation',
    3,
    [OLDER],
    TWICE,
    { otherAccessToken: 'always the next' },
  ],
];

const FROM_INSIDE: Row[] = [
  [
    'callers of the own flight are not parked',
    5,
    [OWN],
    { refreshes: 1, callers: 1 },
    { ...SELF, parksCallers: false },
  ],
  [
    'a settled answer is not compared with what is stored',
    5,
    [LOST, THROWN],
    { refreshes: 1, callers: 1 },
    { ...SELF, settledAnswer: 'nothing' },
  ],
  [
    'a settled answer is compared with the current refresh token alone, and a peer has redeemed that',
    8,
    [THROWN, LOST],
    { refreshes: 2, callers: 1 },
    { ...SELF, settledAnswer: 'the current refresh token', lock: false },
  ],
  [
    'a late announcement is a new session, though somebody signed out',
    4,
    [UP],
    { refreshes: 1, callers: 1, signOuts: 1 },
    { ...SELF, late: 'a new session' },
  ],
  [
    'a late announcement is a new session, though somebody else signed in',
    5,
    [REPLACED],
    { announcements: 1, refreshes: 1, callers: 1, logins: 1 },
    { ...SELF, late: 'a new session' },
  ],
  [
    'a write that fails inside of the refresh function is forgotten',
    3,
    [LOST, SENT],
    { refreshes: 2, callers: 1, failedWrites: 1 },
    { ...SELF, failedWrite: 'forgotten' },
  ],
];

export const REFUTED: readonly Case[] = [
  ...MARKS.map(refuted(ROTATING)),
  ...STAYING.map(refuted(['neverRotates'])),
  ...FROM_INSIDE.map(refuted(ROTATING, COSTS, SELF)),
  refuted(
    ROTATING,
    [],
    SUBJECT,
  )([
    'an early answer is the next generation, whatever its subject',
    3,
    [MIXED, LEAK, REPLACED],
    { announcements: 1, refreshes: 1, callers: 1, logins: 1 },
    { ...SELF, early: 'the next generation' },
  ]),
  refuted(
    ROTATING,
    [],
    ALONE,
  )([
    'an access token alone takes the place of a session with a refresh token',
    5,
    [NO_REFRESH, THROWN, OLDER, ANOTHER],
    { announcements: 2, refreshes: 2, accessAlone: 1 },
    {},
  ]),
  refuted(
    NONE,
    [],
    ALONE,
  )([
    'no refresh tokens: an access token that is not the current one is a new session',
    5,
    [OLDER, ANOTHER, THROWN],
    { announcements: 3, refreshes: 2 },
    {},
  ]),
];
