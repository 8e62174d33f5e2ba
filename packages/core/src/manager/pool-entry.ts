import type { PooledManager } from './manager.ts';
import type { TokenManager } from './token-manager.ts';

/** One manager of a pool, and whether the pool may do without it. */
export interface PoolEntry {
  readonly manager: TokenManager;
  /** On the pool's monotonic clock. */
  usedAt: number;
  /** Somebody waits for it. */
  readonly busy: boolean;
  /** The pool cannot do without it: somebody waits for it, or its session would be gone. */
  readonly kept: boolean;
  /** It is not kept, no refresh is under way, and what it knows is stored. */
  readonly droppable: boolean;
  /** It is in use until `call` settles, as which it settles. */
  busyWith<T>(call: Promise<T>): Promise<T>;
}

export function createPoolEntry({ manager, needed, volatile }: PooledManager): PoolEntry {
  let calls = 0;
  const isKept = (): boolean => calls > 0 || volatile();
  return {
    manager,
    usedAt: 0,
    get busy() {
      return calls > 0;
    },
    get kept() {
      return isKept();
    },
    get droppable() {
      return !isKept() && !needed();
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
