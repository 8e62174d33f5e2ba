import type { TokenError } from '../errors/errors.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { RefreshLock } from './lock.ts';

/**
 * Plain JSON, written whole. `v` is the format: an unknown one is ERR_STORE_RECORD. Keep it as it is, members that you do
 * not know included.
 */
export interface SessionRecord {
  readonly v: 1;
  /** Random id of one sign-in; compared for equality only. */
  readonly session: string;
  /** +1 for every rotation within the session. */
  readonly gen: number;
  readonly status: 'active' | 'signedOut';
  readonly tokens?: TokenSet;
  /** Ms since the epoch: when the call that yielded the tokens began. */
  readonly issuedAt: number;
  /**
   * Orders sign-ins and sign-outs: ms since the epoch, and later than the turn of what it replaced. 0: nobody has been signed in
   * yet, and the record only carries the intent of a manager that looks for a session.
   */
  readonly turn: number;
  /** Whose tokens these are, where that is known. */
  readonly subject?: string;
  /** Fingerprints of earlier refresh tokens of this session, the newest 32. */
  readonly spent?: readonly string[];
  /** Fingerprints of refresh tokens of sessions that are over, the newest 32. */
  readonly past?: readonly string[];
  /** A redemption of generation `gen` may be under way, or its answer lost. */
  readonly intent?: Intent;
  /** The authorization server rejected the refresh token of generation `gen`. */
  readonly dead?: { readonly gen: number; readonly code: string; readonly at: number };
}

/** Written before a refresh token is sent: from then on it may be spent. */
export interface Intent {
  readonly gen: number;
  /** Random id of the manager that wrote it; empty: nobody knows who did. */
  readonly owner: string;
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly attempt: number;
  /** `freedOnDeath` of the lock under which it was written. */
  readonly lock?: string;
  /** Ms for which this intent has been seen, by anybody. */
  readonly seen?: number;
  /** Its owner has stopped listening: no answer can come any more. The refresh token may be spent. */
  readonly over?: true;
}

/** A record of a session that goes on, so it has tokens. */
export interface ActiveRecord extends SessionRecord {
  readonly status: 'active';
  readonly tokens: TokenSet;
}

export const isActive = (record: SessionRecord | undefined): record is ActiveRecord =>
  record?.status === 'active';

/** What a store holds: what was written, or whatever somebody else put there. */
export interface StoredValue {
  readonly value: unknown;
  /** Changes with every write; compared for equality only. */
  readonly version: string;
  /** What is wrong with the place where it is kept, such as that others can read it: a `warning` event, once. No tokens. */
  readonly warning?: string | undefined;
  /**
   * Set where something is there that cannot be read, such as tokens whose key was lost: ERR_STORE_RECORD for each
   * reader. An explicit sign-in or sign-out replaces it. ERR_REFRESH_UNAVAILABLE where it may be read later, as when a key
   * cannot be had now: then a sign-out alone replaces it.
   */
  readonly unreadable?: TokenError | undefined;
}

/** One cell with compare-and-set, such as a row with a version. It knows nothing of the protocol. */
export interface StoreCell {
  /** Names the session and its lock: each session needs another name. */
  readonly name: string;
  /** `undefined` or `null`: nothing there. */
  read(): Promise<StoredValue | null | undefined>;
  /**
   * Writes the record whole, if the version is still `expected` (`undefined`: if nothing is there). Gives the new version, a
   * string; `undefined` or `null`: somebody else was first. `true`, or how many rows have changed, is ERR_STORE_RECORD.
   *
   * What rejects may have been written, and is tried again. An error with `delivery: 'answered'` says that it surely has not,
   * and will not soon, as on a full disk: a sign-in rejects at once then, and the session before it stands.
   */
  write(record: SessionRecord, expected: string | undefined): Promise<string | null | undefined>;
  /** Somebody else may have written. Late, early or needless calls are fine. Returns unsubscribe. */
  subscribe?(onChange: () => void): () => void;
  /**
   * Lets the others wait instead of looking. It is asked for `name`, and for `<name>#sign-in` by code that opens a login which the
   * others shall not open as well. Default: a lock of this process alone; the
   * compare-and-set keeps two processes from redeeming the same refresh token.
   */
  readonly lock?: RefreshLock | undefined;
}

/** Marks the error of a write that has not happened, and will not by trying again. */
export const unwritten = <E>(error: E): E => Object.assign(error as object, UNWRITTEN) as E;
const UNWRITTEN: Pick<TokenError, 'delivery'> = { delivery: 'answered' };

/** What a manager takes: made by `sharedStore`, or by a function whose name ends in `Store`. */
export interface TokenStore extends StoreCell {
  read(): Promise<StoredValue | undefined>;
  write(record: SessionRecord, expected: string | undefined): Promise<string | undefined>;
  /** The code that sharing a session needs; opaque. Not a symbol, so that two copies of this package fit each other. */
  readonly home: object;
}
