import { hasMethods, type Kind } from '../errors/check-value.ts';

/** What a lock tells about itself while a task holds it. */
export interface HeldLock {
  readonly name?: string;
  /** Aborts when a lease could not be renewed. */
  readonly signal?: AbortSignal;
  /**
   * Set where the lock comes free when its holder dies: an identity that is unique among all who may share the store. The
   * next holder then knows that the redemption of a holder that died cannot go on, and starts at once. A lock without it is
   * taken for a lease.
   */
  readonly freedOnDeath?: string;
}

/**
 * Mutual exclusion in the shape of Web Locks, so that `navigator.locks` fits as it is. Rejects with the signal's
 * reason when `signal` aborts before the lock was granted, with any other error when the backend is down.
 */
export interface RefreshLock {
  request<T>(
    name: string,
    options: { signal?: AbortSignal },
    task: (held?: HeldLock | null) => Promise<T>,
  ): Promise<T>;
}

export const isLock: Kind = (value) => hasMethods(value, 'request');

/**
 * After the name of a store, the name of the lock of a sign-in, which may take minutes: refreshes ask for the name alone,
 * and go on at the same time. A lock that keeps to one name whatever it is asked for keeps them waiting.
 */
export const SIGN_IN = '#sign-in';
