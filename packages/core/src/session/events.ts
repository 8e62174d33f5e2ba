import type { TokenError } from '../errors/errors.ts';
import type { RequestEvent } from '../source.ts';
import type { RefreshReason } from './functions.ts';

/**
 * `unknown` until the store was read and, with `acquire`, until that was tried; `ended`: the server refused the refresh
 * token. Ask `=== 'signedIn'` where the reason does not matter.
 */
export type SessionStatus = 'unknown' | 'signedOut' | 'signedIn' | 'ended';

/** The session, as it is from now on. `by`: this manager (`self`), or another one on the same store (`peer`). */
export type SessionEvent =
  | {
      /** At most once, and first: it is known now whether somebody is signed in. Nothing has changed. */
      readonly type: 'ready';
      readonly status: Exclude<SessionStatus, 'unknown'>;
    }
  | { readonly type: 'signedIn'; readonly by: 'self' | 'peer' }
  | {
      /** Somebody was, and is no longer. */ readonly type: 'signedOut';
      readonly by: 'self' | 'peer';
    }
  | {
      /** A new token of the same session. */
      readonly type: 'refreshed';
      readonly by: 'self' | 'peer';
      readonly expiresAt: number | undefined;
    }
  | {
      /** The server refused the refresh token: sign in again. */
      readonly type: 'sessionEnded';
      readonly by: 'self' | 'peer';
      readonly error: TokenError;
    }
  | {
      /** The API refused a token. `then` says what follows; after `limited`, `backOff` and `ended` the caller gets an error that says why. */
      readonly type: 'rejected';
      readonly then: 'refresh' | 'late' | 'limited' | 'backOff' | 'ended';
    };

/** How a flight ended, in numbers. Durations in ms. */
export interface FlightReport {
  /** From `refreshStarted`, `lockWait` included. */
  readonly duration: number;
  /** Waiting for the lock, also where it was not granted. */
  readonly lockWait: number;
  /** Waiting for a redemption that another holder had begun. */
  readonly intentWait: number;
  /** Calls whose answer was lost: the refresh token may be spent. */
  readonly unanswered: number;
  /** Calls of the function; 0: a peer had a new token, or it never came to a call. */
  readonly attempts: number;
}

/** One attempt to have a new token, from the decision to its end. Each start has one end, with the same `flight`. */
export type FlightEvent =
  | {
      readonly type: 'refreshStarted';
      readonly flight: string;
      readonly reason: RefreshReason;
    }
  | ({
      readonly type: 'refreshEnded';
      readonly flight: string;
      readonly reason: RefreshReason;
      /** How many waited for it: those who were given its token, and those who still wait when it ends. */
      readonly waiting: number;
    } & FlightReport &
      (
        | {
            /** `adopted`: a peer's token. `superseded`: a sign-in or sign-out came first. */
            readonly outcome: 'refreshed' | 'adopted' | 'superseded';
          }
        | {
            readonly outcome: 'failed' | 'sessionEnded';
            readonly error: TokenError;
            /** Ms since the epoch: not called again before that. */
            readonly retryAt: number | undefined;
          }
      ));

export type WarningCode =
  | 'NOT_DURABLE'
  | 'LOST'
  | 'AWAY'
  | 'NOT_REVOKED'
  | 'NOT_DISPOSED'
  | 'STORE_UNAVAILABLE'
  | 'STORE_PERMISSIONS'
  | 'CONFIGURATION'
  | 'CLOCK';

export interface WarningEvent {
  readonly type: 'warning';
  readonly code: WarningCode;
  readonly message: string;
  readonly error: TokenError | undefined;
}

/**
 * What happened. Never carries a token: `token` is a short fingerprint of the access token concerned. Types, codes and
 * members may be added: ignore what you do not know.
 */
export type TokenEvent = {
  /** The session's name. Not a label for metrics: there may be millions. */
  readonly name: string;
  /** Ms since the epoch. */
  readonly at: number;
  readonly token?: string;
} & (SessionEvent | FlightEvent | RequestEvent | WarningEvent);

/** An event without what every event has. */
export type EventBody = TokenEvent extends infer E
  ? E extends TokenEvent
    ? Omit<E, 'name' | 'at' | 'token'>
    : never
  : never;

export type Emit = (event: EventBody, token?: string) => void;
