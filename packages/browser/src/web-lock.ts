import type { RefreshLock } from 'unexpired';
import { failure } from './failure.ts';

/**
 * Mutual exclusion between all tabs and workers of a site, by Web Locks: it comes free when its holder is closed or
 * crashes. A `browserStore` brings its own. Unlike `navigator.locks` itself it can be made where there is none (on a
 * server, before a page has loaded), and a request then rejects with an error that says what is missing.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { webLock } from '@unexpired/browser';
 *
 * const tokens = createTokenManager({
 *   lock: webLock(), // the refresh token is in a cookie that all tabs share
 *   acquire: async ({ signal }) => (await fetch('/auth/refresh', { method: 'POST', signal })).json(),
 * });
 * ```
 */
export function webLock(): RefreshLock {
  return lockOn((name) => name);
}

/** A lock of the name that `lockName` makes of the one asked for. */
export function lockOn(lockName: (name: string) => string): RefreshLock {
  return {
    async request(name, { signal }, task) {
      signal?.throwIfAborted();
      let granted = false;
      try {
        const locks = globalThis.navigator?.locks as LockManager | undefined;
        if (locks === undefined)
          throw new DOMException('There are no Web Locks here', 'NotSupportedError');
        return await locks.request(lockName(name), signal === undefined ? {} : { signal }, () => {
          granted = true;
          return task({ name });
        });
      } catch (error) {
        if (granted) throw error;
        if (signal?.aborted) throw signal.reason;
        throw failure('A Web Lock could not be had', error);
      }
    },
  };
}
