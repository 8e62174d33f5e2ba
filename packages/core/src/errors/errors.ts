/**
 * What went wrong, as one of ten stable codes.
 *
 * | code | action |
 * |---|---|
 * | `ERR_SIGNED_OUT` nobody is signed in, or signed out while waiting | `signIn` |
 * | `ERR_SESSION_ENDED` the server refused the refresh token | `signIn` |
 * | `ERR_REFRESH_UNAVAILABLE` network, 5xx, 429, deadline, back-off, lock or store down (see `cause`) | `retry` |
 * | `ERR_REFRESH_LIMIT` too many refreshes whose tokens were useless on arrival | `retry` |
 * | `ERR_WAIT_LIMIT` this caller waited too long, or the queue is full | `retry` |
 * | `ERR_REFRESH_CONFIGURATION` `invalid_client`, `invalid_scope`, ... | `fix` |
 * | `ERR_REFRESH_ANSWER` the answer is not a token set, or already expired; names what is missing | `fix` |
 * | `ERR_REENTRANT` `refresh()` or `getToken()` called from inside the refresh | `fix` |
 * | `ERR_STORE_RECORD` the store holds something that is not ours | `fix` |
 * | `ERR_CLOSED` used after `close()` | `fix` |
 */
export type TokenErrorCode = keyof typeof actions;

const actions = {
  ERR_SIGNED_OUT: 'signIn',
  ERR_SESSION_ENDED: 'signIn',
  ERR_REFRESH_UNAVAILABLE: 'retry',
  ERR_REFRESH_LIMIT: 'retry',
  ERR_WAIT_LIMIT: 'retry',
  ERR_REFRESH_CONFIGURATION: 'fix',
  ERR_REFRESH_ANSWER: 'fix',
  ERR_REENTRANT: 'fix',
  ERR_STORE_RECORD: 'fix',
  ERR_CLOSED: 'fix',
} as const;

/** What a code of ours asks for; `undefined`: it is none. */
export const actionOf = (code: unknown): TokenError['action'] | undefined =>
  typeof code === 'string' && Object.hasOwn(actions, code)
    ? actions[code as TokenErrorCode]
    : undefined;

/**
 * What is known of a failed call to the token endpoint; a refresh function may say it on its error.
 *
 * - `unsent`: it surely never left (DNS, connection refused, TLS). Tried again at once, with jitter.
 * - `unanswered`: it may have been processed and the answer lost. The refresh token may be spent.
 * - `answered`: the server answered, and did not redeem the refresh token.
 *
 * The same of a store that `setSession()` wrote to: `unanswered`, it may take effect yet; `answered`, it surely does not.
 */
export type Delivery = 'unsent' | 'unanswered' | 'answered';

/** Options of {@link TokenError}. */
export interface TokenErrorOptions {
  /** Default: a sentence that fits the code. Must not contain a token. */
  readonly message?: string | undefined;
  /** The error behind this one. */
  readonly cause?: unknown;
  /** Ms until a retry can help. */
  readonly retryAfter?: number | undefined;
  /** What became of the call to the token endpoint. Default: not known, treated as `unanswered` and not tried again at once. */
  readonly delivery?: Delivery | undefined;
}

/**
 * The only class of error this library makes by itself, `TypeError` for bad options aside. Recognise it with
 * {@link tokenErrorOf}, which also finds it behind other errors and across copies of this package.
 *
 * @example
 * ```ts
 * import { TokenError } from 'unexpired';
 *
 * throw new TokenError('ERR_SESSION_ENDED', { message: 'The user was deactivated' });
 * ```
 */
export class TokenError extends Error {
  readonly code: TokenErrorCode;
  /** What to do about it. Codes may be added, these three stay. */
  readonly action: 'signIn' | 'retry' | 'fix';
  /** Ms until a retry can help. */
  declare readonly retryAfter?: number;
  /** What became of the call to the token endpoint, where this error says it. */
  declare readonly delivery?: Delivery;

  constructor(code: TokenErrorCode, options: TokenErrorOptions = {}) {
    super(options.message ?? code, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'TokenError';
    this.code = code;
    this.action = actions[code];
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
    if (options.delivery !== undefined) this.delivery = options.delivery;
  }
}

/**
 * The {@link TokenError} in `error` or behind it (`cause`, however deep), made by any copy of this package;
 * else `undefined`. Never throws.
 *
 * @example
 * ```ts
 * import { tokenErrorOf } from 'unexpired';
 *
 * const retry = (count: number, error: unknown) => count < 3 && tokenErrorOf(error)?.action !== 'signIn';
 * ```
 */
export function tokenErrorOf(error: unknown): TokenError | undefined {
  const seen = new Set<unknown>();
  try {
    for (
      let found = error;
      typeof found === 'object' && found !== null && !seen.has(found);
      found = (found as { cause?: unknown }).cause
    ) {
      const { name, code } = found as { readonly name?: unknown; readonly code?: unknown };
      if (name === 'TokenError' && actionOf(code) !== undefined) return found as TokenError;
      seen.add(found);
    }
  } catch {
    // a getter of somebody's error threw: whatever is behind it, it is not ours
  }
  return undefined;
}
