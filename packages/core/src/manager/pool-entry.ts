import type { TokenManager } from './manager.ts';

/** One manager of a pool, and whether the pool may do without it. */
export interface PoolEntry {
  readonly manager: TokenManager;
  /** On the pool's monotonic clock. */
  usedAt: number;
  readonly busy: boolean;
  /** Nobody waits for it, and what it holds is stored. */
  readonly droppable: boolean;
  /** It is in use until `call` settles, as which it settles. */
  busyWith<T>(call: Promise<T>): Promise<T>;
}

export function createPoolEntry(manager: TokenManager): PoolEntry {
  let calls = 0;
  /** New tokens, or the end of a session, that the store could not take yet: nobody else knows of them. */
  let unstored = false;
  manager.subscribe(({ type, ...event }) => {
    if (type === 'warning') unstored ||= 'code' in event && event.code === 'NOT_DURABLE';
    else if (type === 'refreshed' || type === 'signedIn' || type === 'signedOut') unstored = false;
  });
  return {
    manager,
    usedAt: 0,
    get busy() {
      return calls > 0;
    },
    get droppable() {
      return calls === 0 && !unstored;
    },
    async busyWith(call) {
      calls++;
      try {
        return await call;
      } finally {
        calls--;
      }
    },
  };
}
