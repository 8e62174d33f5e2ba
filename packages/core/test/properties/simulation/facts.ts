import type { TokenEvent } from '../../../src/session/events.ts';
import type { RefreshReason } from '../../../src/session/functions.ts';
import type { SessionRecord } from '../../../src/session/store.ts';
import type { AccessToken, IssuedToken, TokenSet } from '../../../src/tokens/tokens.ts';
import type { Strike } from './faults.ts';
import { type Server, type ServerAnswer, tokenName } from './oracle.ts';
import type { Traffic } from './requests.ts';
import type { Setting } from './setting.ts';
import type { Timeline } from './timeline.ts';

export type AskKind = 'get' | 'replace' | 'renew';

/** Somebody who asked a manager for a token. */
export interface Ask {
  readonly by: Player;
  readonly kind: AskKind;
  /** For `replace`: the token that was refused. */
  readonly refused: string | undefined;
  readonly validFor: number;
  /** One that may be abandoned, and of which nobody else may notice anything. */
  readonly twin: boolean;
  readonly since: number;
  /** The session at that time; `undefined`: none known, or one was being stored. */
  readonly family: string | undefined;
  /** Did it have to wait for a sign-in to be stored, before anything else? */
  readonly duringSignIn: boolean;
  /** The newest generation of each session that had been handed out by then. */
  readonly floor: ReadonlyMap<string, number>;
  /** How many waited already. */
  readonly before: number;
  end: AskEnd | undefined;
}

export type AskEnd =
  | { readonly give: AccessToken | undefined }
  | { readonly fail: unknown; readonly aborted: boolean };

/** One call of the refresh function. */
export interface Call {
  readonly by: Player;
  readonly current: TokenSet;
  readonly reason: RefreshReason;
  readonly since: number;
  readonly order: number;
  /** The tokens it was answered with. */
  answer: string | undefined;
  over: boolean;
  /** When its signal told it to stop. */
  stopped: number | undefined;
  /** When its tokens were found useless, in the order of everything. */
  useless: number | undefined;
}

/** What is known of one manager from outside: by what it was told, what it answered and what its events said. */
export interface Player {
  readonly id: number;
  readonly wall: () => number;
  alive: boolean;
  /** Asked to close: from then on it starts no refresh. */
  closing: boolean;
  /** The access token it holds, as its events say. */
  held: string | undefined;
  /** Was it signed out, rather than never in? */
  out: boolean;
  /** The sessions that are over for it, and since which turn. */
  readonly ended: Map<string, number>;
  readonly handed: Map<string, number>;
  /** The newest refresh token of each session that it has seen. */
  readonly seen: Map<string, number>;
  readonly refused: Set<string>;
  readonly notDurable: Set<string>;
  readonly waiting: Set<Ask>;
  readonly calls: Call[];
  signingIn: number;
  /** Has somebody asked for a refresh by hand since the last sign-out? Then a login may be looked for. */
  askedByHand: boolean;
  readonly givenDuringSignIn: string[];
  readonly backoff: Map<string, { readonly from: number; readonly until: number }>;
  readonly forced: Map<string, number>;
  readonly failures: Map<string, number>;
  /** When it last learned of a token, and when a refresh last failed. */
  learned: number;
  failed: number;
  dead: boolean;
  /** When somebody last asked for a token that is good for longer. */
  wished: number;
  /** When its latest flight began. */
  began: number;
  /** When tokens were found useless here, also those that peers had fetched, ms. */
  readonly useless: number[];
  /** It goes as soon as nothing keeps it alive. */
  ending: boolean;
  shortLived: boolean;
  /** It has said that the record is gone, and the session with it until it is back. */
  away: boolean;
  /** Announcements of known tokens that are under way. */
  announcing: number;
  /** Its wall clock was set: what is due by it is no longer known from outside. */
  jumped: boolean;
}

/** A sign-in or a sign-out, and what came of it. Times in turns. */
export interface Transition {
  readonly by: Player;
  /** The session that a sign-in begins; `undefined`: a sign-out. */
  readonly family: string | undefined;
  /** The session that there was for this manager. */
  readonly of: string | undefined;
  readonly since: number;
  /** Ms on the monotonic clock. */
  readonly at: number;
  until: number;
  end: 'pending' | 'resolved' | 'refused' | 'unanswered';
}

/** The rules, by the rows of the guarantees. */
export const ROWS = [
  { row: 'P1', rule: 'one flight for each session, one call outstanding for each generation' },
  { row: 'P2', rule: 'every waiter settles once, and nobody waits for nothing' },
  { row: 'P3', rule: 'a later request never gets an older generation' },
  {
    row: 'P4',
    rule: 'an expired token is never handed out, one in the skew window only without need',
  },
  { row: 'P6', rule: 'a late 401 causes no refresh, and nobody gets again what was refused' },
  { row: 'P7', rule: 'a request is sent at most twice' },
  {
    row: 'P8',
    rule: 'a failed flight fails its waiters with one error, and is followed by silence',
  },
  { row: 'P9', rule: 'no more than 5 useless tokens in 30 s' },
  { row: 'P10', rule: 'nothing crosses from one session to another' },
  { row: 'P11', rule: 'no timer and no listener is left behind' },
  { row: 'P12', rule: 'no token in an event, an error, or on its way to a foreign origin' },
  { row: 'P13', rule: 'a body that can be read once is sent once' },
  { row: 'P14', rule: 'every wait is bounded, whatever hangs' },
  { row: 'P15', rule: 'the number of waiters is bounded, and only newcomers are turned away' },
  { row: 'D1', rule: 'without faults, a refresh token is redeemed once' },
  { row: 'D2', rule: 'without faults, no reuse is ever detected' },
  { row: 'D3', rule: 'generations never go back, in the store or in what is redeemed' },
  { row: 'D4', rule: 'nothing is stored into a session that is over' },
  { row: 'D5', rule: 'what is handed out is already stored' },
  { row: 'D6', rule: 'what is stored is what the server holds live' },
  { row: 'D7', rule: 'a lease that runs out costs no session, unless the server revokes' },
  {
    row: 'D8',
    rule: 'one crash or lost answer costs no session, where the server does not rotate or has a grace window',
  },
  { row: 'D9', rule: 'nothing wedges' },
  { row: 'L1', rule: 'a store that is down or set back costs no session' },
  { row: 'L2', rule: 'a record that is away and comes back costs no session' },
  { row: 'L3', rule: 'an intent is overridden only after its time, whatever the locks' },
  { row: 'L4', rule: 'an announcement of known tokens changes nothing' },
  { row: 'L5', rule: 'the last sign-in or sign-out that resolved stands' },
  { row: 'L6', rule: 'nobody is answered with another subject’s token' },
  { row: 'L7', rule: 'a valid token is given to requests that were not refused' },
  { row: 'L8', rule: 'with a wrong clock somebody gets a token' },
  { row: 'L9', rule: 'a request that can wait out a silence is not turned away' },
  { row: 'L10', rule: 'managers and store agree in the end' },
  { row: 'L11', rule: 'a natural end loses nothing that a second try would have stored' },
  { row: 'L12', rule: 'a hostile lock, store or error is called once, and costs nothing' },
  { row: 'L13', rule: 'processes that live for 5 s get past an abandoned intent' },
  { row: 'own', rule: 'what a manager did itself never looks like a peer’s' },
  { row: 'told', rule: 'a manager that finds the session ended after a lost answer says so' },
  { row: 'lost', rule: 'every lost session is accounted for by a fault in the log' },
] as const;
export type Row = (typeof ROWS)[number]['row'];

/** Where the rules look when something happens. */
export interface Facts {
  readonly setting: Setting;
  readonly timeline: Timeline;
  readonly server: Server;
  readonly strikes: Strike[];
  readonly players: Player[];
  readonly calls: Call[];
  /** The generation of each access token, as it was (to be) stored. */
  readonly generations: Map<string, number>;
  readonly stored: Set<string>;
  /** A token that was imported without its age, so that its lifetime is what was left of it. */
  imported: string | undefined;
  /** Everything that the server ever issued, and when, ms since the epoch. */
  readonly issued: (ServerAnswer & { readonly issuedAt: number })[];
  /** When the record was gone from the store, in ms. */
  readonly away: { readonly from: number; readonly until: number }[];
  order(): number;
  /** Counts the turns: what happens within one happens at the same time, as far as can be told from outside. */
  turn: number;
  /** Does this manager wait for somebody else to release the lock? */
  queued(by: number): boolean;
  /** Does it know that the lease under which it works has run out? */
  lapsed(by: number): boolean;
  tokenOf(fingerprint: string | undefined): string | undefined;
  /** Tells generations apart even where a server gives the same access token again. */
  generationOf(accessToken: string | undefined): string;
  note(record: SessionRecord): void;
  /** A token was handed out: where nothing is stored, that is how its generation is known. */
  given(token: IssuedToken): void;
}

/** Told of everything that happens; a rule looks at what concerns it. */
export interface Rule {
  asked?(ask: Ask): void;
  settled?(ask: Ask, end: AskEnd): void;
  calling?(call: Call): void;
  /** Tokens are asked for from nothing. */
  acquiring?(by: Player): void;
  answered?(call: Call): void;
  /** A write is on its way. */
  attempted?(by: Player, record: SessionRecord): void;
  /** A manager is told what is stored. */
  read?(by: Player, record: SessionRecord): void;
  written?(by: Player, before: SessionRecord | undefined, after: SessionRecord): void;
  /** The store was set back by a fault. */
  restored?(record: SessionRecord | undefined): void;
  event?(by: Player, event: TokenEvent): void;
  /** A sign-in or sign-out was asked for; `family`: of the sign-in. */
  transition?(transition: Transition): void;
  /** An announcement of tokens of this session was refused. */
  turnedAway?(by: Player, family: string, error: unknown): void;
  /** A process went because nothing kept it alive. */
  gone?(by: Player): void;
  /** A process that lives for a few seconds is at its end. */
  lived?(by: Player, life: number, given: boolean): void;
  /** A request went out, for the first time or again. */
  sent?(traffic: Traffic): void;
  afterTurn?(): void;
  /** All quiet, nothing hangs; the managers are still open. */
  quiet?(record: SessionRecord | undefined): void;
}

/** A rule's way to say that it was put to the test, and that it was broken. */
export interface Judge {
  checked(row: Row): void;
  broken(row: Row, what: string): void;
}

export const familyOf = (token: string | undefined): string | undefined =>
  token === undefined ? undefined : tokenName(token)?.family;

export const newPlayer = (id: number, wall: () => number): Player => ({
  id,
  wall,
  alive: true,
  closing: false,
  held: undefined,
  out: false,
  ended: new Map(),
  handed: new Map(),
  seen: new Map(),
  refused: new Set(),
  notDurable: new Set(),
  waiting: new Set(),
  calls: [],
  signingIn: 0,
  askedByHand: false,
  givenDuringSignIn: [],
  backoff: new Map(),
  forced: new Map(),
  failures: new Map(),
  learned: 0,
  failed: -1,
  dead: false,
  wished: -Infinity,
  began: -Infinity,
  useless: [],
  ending: false,
  shortLived: false,
  away: false,
  announcing: 0,
  jumped: false,
});

const end = ({ turn }: Facts, { ended }: Player, family: string): void => {
  if (!ended.has(family)) ended.set(family, turn);
};

/** Was this session over for this manager before the present turn began? */
export const isOver = ({ turn }: Facts, { ended }: Player, family: string): boolean =>
  (ended.get(family) ?? Infinity) < turn;

/** Keeps what a player knows up to date; told of an event before the rules are. */
export function follow(facts: Facts, by: Player, event: TokenEvent): void {
  const token = facts.tokenOf(event.token);
  const generation = facts.generationOf(token);
  const { now } = facts.timeline;
  const family = familyOf(by.held);
  switch (event.type) {
    case 'ready':
      if (event.status === 'signedOut') break; // found so by the first look: nobody has signed out
      by.held = token;
      by.learned = now;
      break;
    case 'signedIn':
    case 'refreshed':
      if (family !== undefined && family !== familyOf(token)) end(facts, by, family);
      by.held = token;
      by.out = false;
      by.learned = now;
      by.dead = false;
      break;
    case 'signedOut':
      if (family !== undefined && !by.away) end(facts, by, family);
      by.away = false;
      by.held = undefined;
      by.out = true;
      by.askedByHand = false;
      by.dead = false;
      break;
    case 'sessionEnded':
      by.dead = true;
      break;
    case 'refreshStarted':
      break;
    case 'refreshEnded':
      if (event.outcome !== 'failed' || event.retryAt === undefined) break;
      by.failed = now;
      by.failures.set(generation, (by.failures.get(generation) ?? 0) + 1);
      break;
    case 'warning':
      if (event.code === 'AWAY') by.away = true;
      if (event.code === 'NOT_DURABLE' && token !== undefined) by.notDurable.add(token);
      break;
    default:
      break;
  }
}
