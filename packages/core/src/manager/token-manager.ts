import type { Accept } from '../refresh/read-answer.ts';
import type { SessionStatus, TokenEvent } from '../session/events.ts';
import type { RefreshLock } from '../session/lock.ts';
import type { TokenSource, WaitOptions } from '../source.ts';
import type { IssuedToken, TokenResponse, TokenSet } from '../tokens/tokens.ts';
import type { SetSessionOptions } from './options.ts';

/** One session, kept alive. Every method works unbound. */
export interface TokenManager extends TokenSource {
  /** Synchronous, without any call: fit for `useSyncExternalStore(tokens.subscribe, () => tokens.status)`. */
  readonly status: SessionStatus;
  /**
   * Finds out whether somebody is signed in: reads the store, tries `acquire` where that is empty, never refreshes. Rejects
   * with a `TokenError` when it cannot be known now: an outage is no reason to open a login.
   */
  ready(options?: WaitOptions): Promise<Exclude<SessionStatus, 'unknown'>>;
  /**
   * A token fit to send, refreshed first if it has to be; `undefined`: nobody is signed in, or the session has ended.
   * `validFor`: refresh first unless the token is good for this many ms (at most nine tenths of its lifetime);
   * "validate once, then fan out". Rejects with a `TokenError` when a refresh was needed and could not be had, or with
   * the signal's reason.
   */
  getToken(
    options?: WaitOptions & { readonly validFor?: number | undefined },
  ): Promise<IssuedToken | undefined>;
  replaceRejected(
    rejected: string | Pick<IssuedToken, 'session' | 'generation'>,
    options?: WaitOptions,
  ): Promise<IssuedToken | undefined>;
  /**
   * A new token whatever the expiry says (roles or tenant changed). Joins a refresh that is under way. With `acquire`, also
   * after a sign-out: a login may have been made elsewhere. Rejects with a `TokenError` when none could be had.
   */
  refresh(options?: WaitOptions): Promise<IssuedToken>;
  /**
   * Takes over the tokens of a login that you made. Requests made from now on wait until they are stored; rejects when
   * they could not be, or with `delivery: 'unanswered'` when that is not known. Refresh tokens that this session has or had,
   * here or in the store, change nothing: a second effect, a second tab. One that was signed out is ERR_SIGNED_OUT, unless
   * `again`. Not needed inside of `refresh`, which returns them.
   */
  setSession(tokens: TokenSet | TokenResponse, options?: SetSessionOptions): Promise<void>;
  /** Ends it here at once, and wherever the store reaches. Rejects when the store could not be written: it ended here all the same, and the store is tried again. */
  signOut(): Promise<void>;
  /** Returns unsubscribe. Called after {@link status} has changed. */
  subscribe(listener: (event: TokenEvent) => void): () => void;
  /** No more refreshes, timers or listeners; resolves when a dispatched refresh has been stored, after 75 s at the latest. Await it before `process.exit`. */
  close(): Promise<void>;
}

/** A manager, and what a pool asks of it besides. */
export interface PooledManager {
  readonly manager: TokenManager;
  /** Is it still at work, or does it know what its store does not? Closing it takes time then, and may fail. */
  readonly needed: () => boolean;
  /** Would the session surely be gone with it? Not where another manager gets it from nothing again. */
  readonly volatile: () => boolean;
}

/** What a session in cookies does otherwise. */
export interface CookieParts {
  /** Which answers are a success. */
  readonly accept: Accept;
  /** The lock of all who share the cookies, without a store. */
  readonly lock: RefreshLock | undefined;
}
