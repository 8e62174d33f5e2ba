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
 * An HTTP answer, whatever its status, as clients have it: a fetch `Response` (ky too), or what axios, got or superagent
 * give. It is read here, within 5 s and 1 MiB: a success is the tokens in its JSON, anything else a refusal.
 */
export type HttpAnswer =
  | { readonly status: number; json(): Promise<unknown> }
  | { readonly status: number; readonly data: unknown }
  | { readonly status: number; readonly body: unknown }
  | { readonly statusCode: number; readonly body: unknown };

/** What may come back: tokens in either spelling, or the whole HTTP answer. To throw an error that holds one is the same. */
export type TokenAnswer = TokenSet | TokenResponse | HttpAnswer;

/**
 * Buys new tokens with the current ones. At most one call at a time. Which refusals end the session is one table in the
 * README, *What ends a session*; `classify` decides otherwise, and so does a thrown `TokenError`.
 */
export type RefreshFunction = (current: TokenSet, context: RefreshContext) => Promise<TokenAnswer>;

/** Gets tokens from nothing: a cookie, client credentials, a host's `getToken()`. */
export type AcquireFunction = (context: RefreshContext) => Promise<TokenAnswer>;
