import { type Clock, systemClock } from '../time/clock.ts';
import { TokenError } from '../errors/errors.ts';
import type { TokenEvent } from '../session/events.ts';
import { abortable } from '../time/abortable.ts';
import { within } from '../time/within.ts';
import { managerOf } from './manager.ts';
import type { TokenManager } from './token-manager.ts';
import { checkOptions, type TokenManagerOptions } from './options.ts';
import {
  check,
  checkAll,
  hasMethods,
  isAmount,
  isFunction,
  isName,
  type Kind,
  unless,
} from '../errors/check-value.ts';
import { ignoreRejection } from '../tokens/ignore-rejection.ts';
import { busyWith, isDroppable, type PoolEntry } from './pool-entry.ts';
import { callListener } from './call-listener.ts';

const isHere: Kind = (made) =>
  typeof (made as Partial<PromiseLike<unknown>> | undefined)?.then === 'function'
    ? 'expected options, got a promise; what has to be waited for belongs into refresh, acquire or the store'
    : undefined;

/** Ms that a call waits for what a dropped manager of its key still has to store. */
const CLOSING_WAIT = 30_000;

/** Options of {@link createTokenPool}. Durations in ms. */
export interface TokenPoolOptions {
  /** Managers kept at once. Default 10_000. Above it the one that was not used for longest is dropped. */
  readonly max?: number | undefined;
  /** A manager that was not used for so long is dropped. Default 600_000. `Infinity`: never. */
  readonly idleTimeout?: number | undefined;
  /** Default {@link systemClock}. For the pool alone; each manager has its own. */
  readonly clock?: Clock | undefined;
}

/** Many sessions in one process, each under a key of yours. Every method works unbound. */
export interface TokenPool {
  /**
   * The session of this key. What comes back can be kept: it makes a manager when it is used, and another one when that
   * was dropped in between. Its `close()` drops the manager; its listeners stay.
   */
  get(key: string): TokenManager;
  /** Hears the events of all sessions; `event.name` says whose. Returns unsubscribe. */
  subscribe(listener: (event: TokenEvent) => void): () => void;
  /** Managers that there are at the moment. */
  readonly size: number;
  /** Closes every manager; resolves when each dispatched refresh has been stored. What is used after that rejects with ERR_CLOSED. */
  close(): Promise<void>;
}

/**
 * One manager a key, made on demand by `create`, dropped when idle: for servers, where each request belongs to another
 * user. A manager is not dropped while somebody waits for it, while a refresh is under way, or while it has tokens that its
 * store could not take; nor while its session is in memory only and `acquire` alone could not get it again: give each a
 * `store`.
 *
 * With `max` managers of which none can be dropped, a call for one more session rejects with ERR_WAIT_LIMIT; so does, after
 * 30,000 ms, a call for a session that was closed and still waits for an answer to a refresh. Throws a `TypeError` that
 * names the option that is wrong; what `create` throws is what the calls reject with.
 *
 * @example
 * ```ts
 * import { createTokenPool, type TokenStore } from 'unexpired';
 *
 * const sessions = (storeOf: (id: string) => TokenStore) =>
 *   createTokenPool((id) => ({
 *     store: storeOf(id),
 *     refresh: async ({ refreshToken }) => (await fetch('https://id.example.com/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 *   }));
 * ```
 */
export function createTokenPool(
  create: (key: string) => TokenManagerOptions,
  options: TokenPoolOptions = {},
): TokenPool {
  check('createTokenPool: create', create, isFunction);
  checkAll('createTokenPool', options, {
    max: (value) => unless(isAmount(value) && value >= 1, '1 or more', value),
    idleTimeout: (value) => unless(isAmount(value) && value > 0, 'ms, more than zero', value),
    clock: (value) => hasMethods(value, 'monotonic', 'setTimeout'),
  });
  const { max = 10_000, idleTimeout = 600_000, clock = systemClock } = options;

  /** The least recently used one first. */
  const entries = new Map<string, PoolEntry>();
  /** Dropped, with something still to be stored: the next manager of the key has to wait for that. */
  const closing = new Map<string, Promise<void>>();
  const listeners = new Set<(key: string, event: TokenEvent) => void>();
  let cancelSweep: (() => void) | undefined;
  let closed = false;

  const drop = (key: string, entry: PoolEntry): Promise<void> => {
    entries.delete(key);
    const done = entry.manager.close().finally(() => closing.delete(key));
    closing.set(key, done);
    return done;
  };

  const sweep = (): void => {
    cancelSweep = undefined;
    const now = clock.monotonic();
    for (const [key, entry] of entries) {
      if (entry.usedAt + idleTimeout > now) break;
      if (isDroppable(entry)) void drop(key, entry);
    }
    scheduleSweep();
  };
  const scheduleSweep = (): void => {
    if (cancelSweep !== undefined || idleTimeout === Infinity || closed) return;
    let delay: number | undefined;
    for (const entry of entries.values()) {
      if (entry.calls > 0) continue; // the end of the call asks again
      const droppable = isDroppable(entry);
      const left = entry.usedAt + idleTimeout - clock.monotonic();
      delay = left > 0 || droppable ? Math.max(0, left) : idleTimeout;
      // Later ones are not due earlier. One that cannot be dropped yet is looked at again, as late as the others at the most.
      if (delay < idleTimeout || droppable) break;
    }
    if (delay !== undefined) cancelSweep = clock.setTimeout(sweep, delay, true);
  };

  const makeRoom = (): void => {
    if (entries.size < max) return;
    for (const [key, entry] of entries) if (isDroppable(entry)) return void drop(key, entry);
    throw new TokenError('ERR_WAIT_LIMIT', {
      message: `All ${max} sessions of the pool are in use`,
    });
  };

  const entryOf = (key: string): PoolEntry => {
    if (closed) throw new TokenError('ERR_CLOSED', { message: 'The token pool was closed' });
    let entry = entries.get(key);
    if (entry === undefined) {
      makeRoom();
      const made = ignoreRejection(create(key));
      check('createTokenPool: create', made, isHere);
      checkOptions(made);
      const pooled = managerOf({ ...made, name: made.name ?? made.store?.name ?? key });
      pooled.manager.subscribe((event) => {
        for (const listener of [...listeners]) callListener(() => listener(key, event));
      });
      entry = { ...pooled, usedAt: 0, calls: 0 };
    }
    entries.delete(key); // so that it counts as the most recently used
    entries.set(key, entry);
    entry.usedAt = clock.monotonic();
    return entry;
  };

  const inTime = (done: Promise<void>): Promise<void> =>
    within(clock, CLOSING_WAIT, done, () =>
      Promise.reject(
        new TokenError('ERR_WAIT_LIMIT', {
          message: `The session was being closed for more than ${CLOSING_WAIT} ms`,
        }),
      ),
    );

  const use = async <T>(
    key: string,
    signal: AbortSignal | undefined,
    run: (manager: TokenManager) => Promise<T>,
  ): Promise<T> => {
    for (let earlier = closing.get(key); earlier !== undefined; earlier = closing.get(key))
      await abortable(inTime(earlier), signal);
    const entry = entryOf(key);
    return busyWith(entry, run(entry.manager)).finally(scheduleSweep);
  };

  const get = (key: string): TokenManager => {
    check('createTokenPool: key', key, isName);
    return {
      get status() {
        return entries.get(key)?.manager.status ?? 'unknown';
      },
      getToken: (wait) => use(key, wait?.signal, (manager) => manager.getToken(wait)),
      replaceRejected: (accessToken, wait) =>
        use(key, wait?.signal, (manager) => manager.replaceRejected(accessToken, wait)),
      issued: (accessToken) => entries.get(key)?.manager.issued?.(accessToken) ?? false,
      refresh: (wait) => use(key, wait?.signal, (manager) => manager.refresh(wait)),
      ready: (wait) => use(key, wait?.signal, (manager) => manager.ready(wait)),
      setSession: (tokens, how) =>
        use(key, undefined, (manager) => manager.setSession(tokens, how)),
      signOut: () => use(key, undefined, (manager) => manager.signOut()),
      subscribe(listener) {
        check('subscribe', listener, isFunction);
        const own = (of: string, event: TokenEvent): void => {
          if (of === key) listener(event);
        };
        listeners.add(own);
        return () => void listeners.delete(own);
      },
      async close() {
        const entry = entries.get(key);
        await (entry === undefined ? closing.get(key) : drop(key, entry));
      },
    };
  };

  return {
    get,
    get size() {
      return entries.size;
    },
    subscribe(listener) {
      check('subscribe', listener, isFunction);
      const own = (_key: string, event: TokenEvent): void => listener(event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async close() {
      closed = true;
      cancelSweep?.();
      for (const [key, entry] of entries) void drop(key, entry);
      await Promise.all(closing.values());
      listeners.clear();
    },
  };
}
