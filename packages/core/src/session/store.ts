import type { TokenSet } from '../tokens/tokens.ts';
import type { RefreshLock } from './lock.ts';

/** Plain JSON, written whole. `v` is the format: an unknown one is ERR_STORE_RECORD and never overwritten. */
export interface SessionRecord {
  readonly v: 1;
  /** Random id of one sign-in; compared for equality only. */
  readonly session: string;
  /** +1 for every committed rotation within the session. */
  readonly gen: number;
  readonly status: 'active' | 'signedOut';
  readonly tokens?: TokenSet;
  /** Ms since the epoch: when the call that yielded the tokens began. */
  readonly issuedAt: number;
  /** A redemption of generation `gen` may be under way, or its answer lost. */
  readonly intent?: {
    readonly gen: number;
    readonly owner: string;
    readonly startedAt: number;
    readonly attempt: number;
  };
  /** The authorization server rejected the refresh token of generation `gen`. */
  readonly dead?: { readonly gen: number; readonly code: string; readonly at: number };
}

/** A record of a session that goes on, so it has tokens. */
export interface ActiveRecord extends SessionRecord {
  readonly status: 'active';
  readonly tokens: TokenSet;
}

export const isActive = (record: SessionRecord | undefined): record is ActiveRecord =>
  record?.status === 'active';

/** What a store holds: a record, or whatever somebody else wrote there. */
export interface StoredValue {
  readonly value: unknown;
  /** Changes with every write; compared for equality only. */
  readonly version: string;
  /** What is wrong with the place where it is kept, such as that others can read it: a `warning` event, once. No tokens. */
  readonly warning?: string | undefined;
}

/** One cell with optimistic concurrency. Knows nothing of the protocol. */
export interface TokenStore {
  /** Names the session in the lock, events and errors. */
  readonly name: string;
  read(): Promise<StoredValue | undefined>;
  /** Writes if the version is still `expected` (`undefined`: if nothing is there). The new version, or `undefined`: somebody was first. */
  write(value: SessionRecord, expected: string | undefined): Promise<string | undefined>;
  /** Somebody else may have written. Late, early or needless calls are fine. Returns unsubscribe. */
  subscribe?(onChange: () => void): () => void;
  /** The lock that suits this store. */
  readonly lock?: RefreshLock | undefined;
  /**
   * May another process write here, guarded by a real compare-and-set? Default `true`. With `false` no intents and no
   * dead marks are written: there is nobody to read them, or no safe way to write them.
   */
  readonly shared?: boolean | undefined;
}
