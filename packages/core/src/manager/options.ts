import type { Clock } from '../time/clock.ts';
import { expect, isAmount, isName, nameOf, requireMethods } from '../errors/check-value.ts';
import type { Refusal } from '../refresh/refusal-error.ts';
import type { AcquireFunction, RefreshFunction } from '../session/functions.ts';
import type { RefreshLock } from '../session/lock.ts';
import type { TokenStore } from '../session/store.ts';
import type { TokenSet } from '../tokens/tokens.ts';

/** Options of `createTokenManager`, besides the functions that get tokens. Durations in ms. */
export interface SessionOptions {
  /** Default `memoryStore()`: gone with the process or page. */
  readonly store?: TokenStore | undefined;
  /** Default the store's own. `navigator.locks` fits as it is. */
  readonly lock?: RefreshLock | undefined;
  /** Names the session in the lock, events and errors. Default the store's name, else `session`. */
  readonly name?: string | undefined;
  /** Refresh first, and let requests wait, this long before expiry. Default 30_000, at most a tenth of the lifetime. */
  readonly skewWindow?: number | undefined;
  /**
   * Refresh in the background, while requests go out with the valid token, this long before expiry. Default 0: off,
   * because some providers kill the old access token the moment they rotate. 300_000 is a good value; at most a
   * quarter of the lifetime.
   */
  readonly backgroundWindow?: number | undefined;
  /**
   * How long a request waits for a refresh before it fails with ERR_WAIT_LIMIT. Default 30_000. The refresh itself is
   * listened to for longer (60_000): a late answer is still stored.
   */
  readonly waitTimeout?: number | undefined;
  /** How many requests may wait at once; the next one fails with ERR_WAIT_LIMIT. Default 100_000. */
  readonly maxWaiting?: number | undefined;
  /**
   * Tells the server that tokens are no longer wanted: those of a session that is signed out, also when they arrive
   * after that. `revokeToken` of `@unexpired/oauth` is one. A failure is a `warning` event, never a failed `signOut()`.
   */
  readonly revoke?:
    | ((tokens: TokenSet, context: { readonly signal: AbortSignal }) => Promise<unknown>)
    | undefined;
  /**
   * What a refusal of the refresh means: `signIn` the session is over, `retry` later, `fix` the set-up. Default, also for
   * `undefined`: the table *What ends a session* in the README. A thrown `TokenError`, as the grants of `@unexpired/oauth`
   * throw them, is not asked about.
   */
  readonly classify?: ((refusal: Refusal) => 'signIn' | 'retry' | 'fix' | undefined) | undefined;
  /** Default {@link systemClock}. */
  readonly clock?: Clock | undefined;
  /** A number in [0, 1), for jitter and ids. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** What `createTokenManager` takes: `refresh`, `acquire` or both. */
export type TokenManagerOptions = SessionOptions &
  (
    | {
        readonly refresh: RefreshFunction;
        /** Called while the store is empty; never after `signOut()`. */
        readonly acquire?: AcquireFunction | undefined;
      }
    | {
        /** Alone, it renews as well. */
        readonly acquire: AcquireFunction;
        readonly refresh?: undefined;
      }
  );

/** Throws a `TypeError` that names the option, what was expected and what came. */
export function checkOptions(options: TokenManagerOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`createTokenManager: options must be an object, got ${nameOf(options)}`);
  const { refresh, acquire, store, lock, clock } = options as {
    [K in keyof TokenManagerOptions]: unknown;
  } & {
    refresh: unknown;
    acquire: unknown;
  };
  if (refresh === undefined && acquire === undefined)
    throw new TypeError(
      'refresh: give a function that buys new tokens with the current ones, or `acquire`, one that gets tokens from nothing',
    );
  for (const name of ['refresh', 'acquire', 'revoke', 'classify', 'random'] as const)
    expect(options, name, 'a function', (value) => typeof value === 'function');
  expect(options, 'name', 'a string that is not empty', isName);
  for (const name of ['skewWindow', 'backgroundWindow'] as const)
    expect(options, name, 'ms, zero or more', (value) => isAmount(value) && value !== Infinity);
  for (const name of ['waitTimeout', 'maxWaiting'] as const)
    expect(
      options,
      name,
      name === 'waitTimeout' ? 'ms, more than zero' : 'more than zero',
      (value) => isAmount(value) && value > 0,
    );
  if (store !== undefined) requireMethods('store', store, ['read', 'write']);
  if (store !== undefined && !isName((store as TokenStore).name))
    throw new TypeError(
      `store.name: expected a string that is not empty, got ${nameOf((store as TokenStore).name)}`,
    );
  if (lock !== undefined) requireMethods('lock', lock, ['request']);
  if (clock !== undefined) requireMethods('clock', clock, ['now', 'monotonic', 'setTimeout']);
}
