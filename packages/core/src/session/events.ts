import type { TokenError } from '../errors/errors.ts';
import type { RefreshReason } from './functions.ts';

/**
 * What happened to a session. Never carries a token: `token` is a short fingerprint of the access token concerned.
 * `by` says who did it: this manager (`self`), another one on the same store (`peer`), or that it was found so when
 * the store was first read, or `acquire` tried (`store`). Durations in ms.
 */
export type TokenEvent = {
  /** The session's name. */
  readonly name: string;
  /** Ms since the epoch. */
  readonly at: number;
  readonly token?: string;
} & (
  | { readonly type: 'signedIn' | 'signedOut'; readonly by: 'self' | 'peer' | 'store' }
  | { readonly type: 'refreshStarted'; readonly reason: RefreshReason }
  | {
      readonly type: 'refreshed';
      readonly by: 'self' | 'peer';
      readonly duration: number;
      readonly lockWait: number;
      readonly expiresAt: number | undefined;
    }
  | {
      readonly type: 'refreshFailed';
      readonly error: TokenError;
      readonly retryAt: number | undefined;
    }
  | {
      readonly type: 'rejected' /** The token refused was an older one: replayed without a refresh. */;
      readonly late: boolean;
    }
  | { readonly type: 'sessionEnded'; readonly error: TokenError }
  | {
      readonly type: 'warning';
      readonly code: 'NOT_DURABLE' | 'NOT_REVOKED' | 'STORE_PERMISSIONS' | 'CONFIGURATION';
      readonly message: string;
      readonly error: TokenError | undefined;
    }
);
