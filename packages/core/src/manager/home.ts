import type { OpenSharedFlight } from '../refresh/flight-types.ts';
import type { RefreshLock } from '../session/lock.ts';
import type { Revoker } from '../session/revoker.ts';
import type { SessionState } from '../session/state.ts';
import type { TokenStore } from '../session/store.ts';
import type { Clock } from '../time/clock.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { SetSessionOptions } from './options.ts';

/** What a home is given by its manager. */
export interface HomeParts {
  readonly state: SessionState;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly revoker: Revoker;
  readonly subjectOf: (tokens: TokenSet) => string | undefined;
  /** Did the server end the current session? */
  readonly ended: () => boolean;
  /** Ms that a sign-in may take. */
  readonly waitTimeout: number;
  /** Ms for which another's redemption is waited for before it is taken for lost. */
  readonly intentLimit: number;
  /** The session for which this manager's refresh function is running, if it is. */
  readonly refreshing: () =>
    | { readonly session: string; readonly subject?: string | undefined }
    | undefined;
  /** Another session takes the place of the current one: a wait for the refresh function goes on. */
  readonly park: () => void;
  readonly closed: () => boolean;
  /** Something changed that a waiter may wait for. */
  readonly pump: () => void;
}

/** A sign-in or sign-out that has ended a session, or begun one: another object for each. */
export interface Decided {
  /** Its number. */
  readonly call: number;
  /** The session's epoch since then, where that was stored and has begun. */
  readonly epoch?: number;
}

/** Where a manager's session lives: in its own memory, or in a store that others share. */
export interface Home {
  readonly lock: RefreshLock;
  readonly lockName: string;
  /** Is a sign-in or sign-out being stored? Requests made now wait for that. */
  readonly busy: () => boolean;
  /** The number of the latest sign-in or sign-out; 0 where none is ever being stored. */
  readonly call: () => number;
  /** The latest one that has ended a session, or begun one: tokens that are known already change nothing. */
  readonly decided: () => Decided | undefined;
  /** Does this manager know something that its store does not? */
  readonly owes: () => boolean;
  /** Would the session be gone with this manager? */
  readonly volatile: () => boolean;
  /** Is the last look at the store so long ago that it is worth another one before nobody is said to be signed in? */
  readonly stale: () => boolean;
  /** Absent where nobody shares the session. */
  readonly share?: OpenSharedFlight;
  /** Reads the store, unless that is under way. Rejects with a `TokenError`. */
  load(): Promise<void>;
  setSession(tokens: TokenSet, options: SetSessionOptions): Promise<void>;
  signOut(): Promise<void>;
  /** Tries to store what is owed, within a bound, and stops listening. */
  close(): Promise<void>;
}

/** `store` is the object that the manager was given: its methods may differ from those that it was made with. */
export type OpenHome = (store: TokenStore, parts: HomeParts) => Home;
