import type { TokenError } from '../errors/errors.ts';
import type { FlightReport } from '../session/events.ts';
import type { Moment } from '../session/freshness.ts';
import type { RefreshContext, RefreshReason } from '../session/functions.ts';
import type { HeldLock, RefreshLock } from '../session/lock.ts';
import type { Revoker } from '../session/revoker.ts';
import type { SessionState } from '../session/state.ts';
import type { ActiveRecord, SessionRecord } from '../session/store.ts';
import type { Placement } from '../session/placement.ts';
import type { Birth } from '../session/succession.ts';
import type { Clock } from '../time/clock.ts';
import type { Pause } from '../time/pause.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { Accept } from './read-answer.ts';
import type { Classify } from './refusal-error.ts';

/** How a flight ended, for those who waited for it. */
export type FlightEnd =
  /** Memory holds a newer generation than the flight set out from. `by`: whose redemption that was. */
  | { readonly type: 'current'; readonly by: 'self' | 'peer' }
  /** The answer had been announced by a sign-in before it came: those who waited go on with that session. */
  | { readonly type: 'announced' }
  /** The session is over, or another one has taken its place. */
  | { readonly type: 'left' }
  /** The server refused the refresh token. */
  | { readonly type: 'dead'; readonly error: TokenError; readonly by: 'self' | 'peer' }
  /** No new token. `silence`: ms until the token endpoint may be called again, at the least. */
  | { readonly type: 'failed'; readonly error: TokenError; readonly silence: number };

/** What a flight works with. */
export interface FlightContext {
  readonly state: SessionState;
  readonly lock: RefreshLock;
  readonly lockName: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  /** Calls the token endpoint; `undefined`: from nothing. */
  readonly redeem: (current: TokenSet | undefined, context: RefreshContext) => Promise<unknown>;
  /** What the user says a refusal means. */
  readonly classify: Classify | undefined;
  /** For tokens that are elsewhere, in cookies: which answers are a success. */
  readonly accept: Accept | undefined;
  readonly subjectOf: (tokens: TokenSet) => string | undefined;
  readonly revoker: Pick<Revoker, 'revoke'>;
  /** Generations of whose redemption the answer may have been lost; nobody knows whether their refresh token is spent. */
  readonly unsettled: WeakSet<ActiveRecord>;
  readonly closed: () => boolean;
}

/** Numbers of one flight that its parts count together. */
export type FlightTally = { -readonly [Name in keyof FlightReport]: FlightReport[Name] };

/** One flight, as its manager sees it. */
export interface Flight {
  /** The record in memory when it began; `undefined`: from nothing. */
  readonly from: ActiveRecord | undefined;
  readonly reason: RefreshReason;
  /** Given to the refresh function: a request that carries it is the refresh itself. */
  readonly signal: AbortSignal;
  /** Is the refresh function being called, and has not returned its promise yet? */
  readonly calling: boolean;
  /** Has the refresh function been called, and has not settled yet? */
  readonly listening: boolean;
  readonly tally: Readonly<FlightTally>;
  /** Memory changed, or the manager closes: look again instead of waiting on. */
  interrupt(): void;
  /** Everything is over: the answer stored, the lock released. Never rejects. */
  readonly done: Promise<void>;
}

/** One flight, as its parts see it. */
export interface FlightCore {
  readonly context: FlightContext;
  readonly reason: RefreshReason;
  /** The record in memory when it began; `undefined`: from nothing. */
  readonly from: ActiveRecord | undefined;
  /** What was left of an earlier session when it began, where it began from nothing. */
  readonly after: SessionRecord | undefined;
  readonly tally: FlightTally;
  readonly pause: Pause;
  /** Is there anything left to do? Asked again after everything that took time. */
  readonly over: () => FlightEnd | undefined;
  /** Tells those who wait, once. */
  readonly land: (end: FlightEnd) => void;
  /** The answer to this redemption may be lost. */
  readonly doubt: (base: ActiveRecord | undefined) => void;
}

/** What becomes of an answer: computed for whatever is found when it is to be stored. */
export interface Placing {
  readonly base: ActiveRecord | undefined;
  readonly tokens: TokenSet;
  /** When the call began. */
  readonly started: Moment;
  readonly birth: Birth;
  readonly place: (found: SessionRecord | undefined) => Placement;
  /** How the flight ends once memory holds the tokens. */
  readonly shown: () => FlightEnd;
}

/**
 * What a flight does besides, where others share the session. Absent where the session is in the memory of one manager.
 */
export interface SharedFlight {
  /** Reads the store before the lock is asked for. */
  look(): Promise<unknown>;
  /** Before each call: looks, waits for another's redemption, writes the intent. `undefined`: send. */
  prepare(attempt: number, held: HeldLock): Promise<FlightEnd | 'lockLost' | undefined>;
  /** Stores an answer, then shows it. */
  store(placing: Placing): Promise<FlightEnd>;
  /** The server refused the refresh token: somebody else may have redeemed it a moment ago. */
  refused(base: ActiveRecord, dead: FlightEnd): Promise<FlightEnd>;
  /** Before the flight lingers for an answer to a call that ignores its signal. */
  linger(): Promise<void>;
  /** The flight is over: others need not wait for its intent any longer. */
  settle(): Promise<void>;
}

export type OpenSharedFlight = (core: FlightCore) => SharedFlight;

export const failed = (error: TokenError, silence = 0): FlightEnd => ({
  type: 'failed',
  error,
  silence,
});
