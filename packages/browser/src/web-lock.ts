import type { RefreshLock } from 'unexpired';
import { failure } from './failure.ts';

/**
 * Mutual exclusion between all tabs and workers of a site, by Web Locks: it comes free when its holder is closed or
 * crashes. A `browserStore` brings its own. Unlike `navigator.locks` itself it can be made where there is none (on a
 * server, before a page has loaded), and a request then rejects with an error that says what is missing.
 *
 * In a window or worker of a browser `held.freedOnDeath` is the origin, so that the next holder goes on at once. Not in Node
 * or Deno: their Web Locks do not keep two processes apart. For a session that lives in this browser: browsers on two
 * machines have the same origin, and not the same lock.
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

/** Absent on a server, on plain http, and before Safari 15.4. */
export const webLocks = (): LockManager | undefined =>
  (globalThis.navigator as Partial<Navigator> | undefined)?.locks;

/** A lock of the name that `lockName` makes of the one asked for. */
export function lockOn(lockName: (name: string) => string): RefreshLock {
  return {
    async request(name, { signal }, task) {
      signal?.throwIfAborted();
      let granted = false;
      try {
        const locks = webLocks();
        if (locks === undefined)
          throw new DOMException('There are no Web Locks here', 'NotSupportedError');
        return await locks.request(lockName(name), signal === undefined ? {} : { signal }, () => {
          granted = true;
          const freedOnDeath = originOfBrowser();
          return task(freedOnDeath === undefined ? { name } : { name, freedOnDeath });
        });
      } catch (error) {
        if (granted) throw error;
        if (signal?.aborted) throw signal.reason;
        throw failure('A Web Lock could not be had', error);
      }
    },
  };
}

/** `undefined` outside of a browser. Node and Deno have Web Locks, but neither IndexedDB nor an origin. */
function originOfBrowser(): string | undefined {
  const { indexedDB, origin } = globalThis as {
    readonly indexedDB?: unknown;
    readonly origin?: unknown;
  };
  return indexedDB != null && typeof origin === 'string' && origin !== 'null' ? origin : undefined;
}
