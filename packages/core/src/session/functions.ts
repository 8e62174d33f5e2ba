import type { TokenResponse, TokenSet } from '../tokens/tokens.ts';

/** Why a refresh runs: the store was empty, the token was due, the API refused it, or somebody called `refresh()`. */
export type RefreshReason = 'empty' | 'due' | 'rejected' | 'requested';

/** What a refresh function is told. */
export interface RefreshContext {
  readonly reason: RefreshReason;
  /**
   * Aborts at the hard cap (60_000 ms after the call), never because a caller left. A request that carries it is the
   * refresh itself: adapters send it as it is, so the refresh may use the client that it serves.
   */
  readonly signal: AbortSignal;
}

/**
 * Buys new tokens with the current ones. At most one call at a time. Throw `TokenError('ERR_SESSION_ENDED')` when the
 * server says that it is over; an error with HTTP status 401 means the same.
 */
export type RefreshFunction = (
  current: TokenSet,
  context: RefreshContext,
) => Promise<TokenSet | TokenResponse>;

/** Gets tokens from nothing: a cookie, client credentials, a host's `getToken()`. */
export type AcquireFunction = (context: RefreshContext) => Promise<TokenSet | TokenResponse>;
