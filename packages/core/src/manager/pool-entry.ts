import type { PooledManager, TokenManager } from './manager.ts';

/** One manager of a pool, and whether the pool may do without it. */
export interface PoolEntry {
  readonly manager: TokenManager;
  /** On the pool's monotonic clock. */
  usedAt: number;
  readonly busy: boolean;
  /** Nobody waits for it, no refresh is under way, and what it knows is stored. */
  readonly droppable: boolean;
  /** It is in use until `call` settles, as which it settles. */
  busyWith<T>(call: Promise<T>): Promise<T>;
}

export function createPoolEntry({ manager, needed }: PooledManager): PoolEntry {
  let calls = 0;
  return {
    manager,
    usedAt: 0,
    get busy() {
      return calls > 0;
    },
    get droppable() {
      return calls === 0 && !needed();
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
