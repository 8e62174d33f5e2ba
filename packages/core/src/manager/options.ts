import {
  checkAll,
  hasMethods,
  isAmount,
  isFunction,
  isName,
  type Kind,
  unless,
} from '../errors/check-value.ts';
import type { Refusal } from '../refresh/refusal-error.ts';
import type { AcquireFunction, RefreshFunction } from '../session/functions.ts';
import type { TokenStore } from '../session/store.ts';
import type { Clock } from '../time/clock.ts';
import type { SubjectOption } from '../tokens/subject.ts';
import type { TokenResponse, TokenSet } from '../tokens/tokens.ts';

/**
 * What the server does to a refresh token that is used twice. It says how long the redemption of a holder that vanished
 * is waited for. `strict`: the session is over, 80 s. `grace`: the same answer for so many ms, 80 % of them. `never`: the
 * refresh token stays the same, 0.
 */
export type Rotation = 'strict' | 'never' | { readonly grace: number };

/** Options of every session, besides where its tokens come from. Durations in ms. */
export interface SessionOptions {
  /** Names the session in events and errors. Default the store's name, else `session`. */
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
   * What a refusal of the refresh means: `signIn` the session is over, `retry` later, `fix` the set-up; `undefined` leaves
   * it to the table *What ends a session*. A thrown `TokenError`, as the grants of `@unexpired/oauth` throw them, is not
   * asked about.
   */
  readonly classify?: ((refusal: Refusal) => 'signIn' | 'retry' | 'fix' | undefined) | undefined;
  /** Default `strict`. */
  readonly rotation?: Rotation | undefined;
  /** Default {@link systemClock}. For tests. */
  readonly clock?: Clock | undefined;
  /** A number in [0, 1), for jitter and ids. Default `Math.random`. For tests. */
  readonly random?: (() => number) | undefined;
}

/** What `createTokenManager` takes: `refresh`, `acquire` or both; `tokens`, a `store` or neither. */
export type TokenManagerOptions = SessionOptions & {
  /**
   * Whose tokens these are. A refresh or a peer that brings another subject starts another session: a wait for the old
   * one gets ERR_SIGNED_OUT, never the other user's token. Default: `iss` and `sub` of a JWT; else not known.
   */
  readonly subject?: SubjectOption | undefined;
  /**
   * Tells the server that tokens are no longer wanted: those of a session that is signed out, also when they arrive
   * after that. `revokeToken` of `@unexpired/oauth` is one. A failure, or a client's answer with a
   * status of 400 or more, is a `warning` event, never a failed `signOut()`.
   */
  readonly revoke?:
    | ((tokens: TokenSet, context: { readonly signal: AbortSignal }) => PromiseLike<unknown>)
    | undefined;
} & (
    | {
        readonly refresh: RefreshFunction;
        /** Called while there is no session. After `signOut()` only when `refresh()` is called by hand. */
        readonly acquire?: AcquireFunction | undefined;
      }
    | {
        /** Alone, it renews as well. */
        readonly acquire: AcquireFunction;
        readonly refresh?: undefined;
      }
  ) &
  (
    | {
        /** Where others share the session, or it outlives the process. Default: in memory, this manager's own. */
        readonly store?: TokenStore | undefined;
        readonly tokens?: undefined;
      }
    | {
        /** The session to begin with, in memory. */
        readonly tokens: TokenSet | TokenResponse;
        readonly store?: undefined;
      }
  );

/** Options of `setSession`. */
export interface SetSessionOptions {
  /** Tokens of a session that was signed out shall count again. Default `false`. */
  readonly again?: boolean | undefined;
}

const isWindow: Kind = (value) =>
  unless(isAmount(value) && value !== Infinity, 'ms, zero or more', value);

/** What every session takes. */
export const SESSION_OPTIONS: Readonly<Record<keyof SessionOptions, Kind>> = {
  name: isName,
  skewWindow: isWindow,
  backgroundWindow: isWindow,
  waitTimeout: (value) => unless(isAmount(value) && value > 0, 'ms, more than zero', value),
  maxWaiting: (value) => unless(isAmount(value) && value > 0, 'more than zero', value),
  classify: isFunction,
  rotation: (value) =>
    unless(
      value === 'strict' ||
        value === 'never' ||
        isAmount((value as { readonly grace?: unknown } | null)?.grace),
      "'strict', 'never' or { grace: ms }",
      value,
    ),
  clock: (value) => hasMethods(value, 'now', 'monotonic', 'setTimeout'),
  random: isFunction,
};
/** Names that people bring from elsewhere. */
const HINTS = {
  lock: 'it is an option of sharedStore and memoryStore',
  onSessionEnded: 'subscribe() tells of it',
  origins: 'it is an option of the adapter',
};

/** Throws a `TypeError` that names the option, what was expected and what came. */
export function checkOptions(options: TokenManagerOptions): void {
  checkAll(
    'createTokenManager',
    options,
    {
      refresh: isFunction,
      acquire: isFunction,
      store: isStore,
      tokens: () => undefined, // read as any token set is
      subject: isFunction,
      revoke: isFunction,
      ...SESSION_OPTIONS,
    },
    HINTS,
  );
  const { refresh, acquire, store, tokens }: Readonly<Record<string, unknown>> = { ...options };
  if (refresh === undefined && acquire === undefined)
    throw new TypeError(
      'refresh: give it, a function that buys new tokens with the current ones, or acquire, which needs none',
    );
  if (store !== undefined && tokens !== undefined)
    throw new TypeError(
      'tokens: give a store or tokens, not both; setSession(tokens) puts tokens into a store',
    );
}

export const isStore: Kind = (value) => {
  const { name, home } = { ...(value as Partial<TokenStore> | null) };
  const nameless = isName(name);
  return (
    hasMethods(value, 'read', 'write') ??
    (nameless && `name: ${nameless}`) ??
    (typeof home === 'function'
      ? undefined
      : 'wrap a store of your own: sharedStore({ name, read, write })')
  );
};

/** Ms for which the redemption of another holder is waited for, before it is taken for lost. */
export function intentLimitOf(rotation: Rotation = 'strict'): number {
  if (rotation === 'never') return 0;
  return rotation === 'strict' ? 80_000 : rotation.grace * 0.8;
}
