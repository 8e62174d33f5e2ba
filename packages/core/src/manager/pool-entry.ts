import type { PooledManager } from './token-manager.ts';

/** One manager of a pool. Data alone: there are thousands of them. */
export interface PoolEntry extends PooledManager {
  /** On the pool's monotonic clock. */
  usedAt: number;
  /** How many wait for it. */
  calls: number;
}

/** Nobody waits for it, no refresh is under way, what it knows is stored, and its session would not be gone. */
export const isDroppable = ({ calls, volatile, needed }: PoolEntry): boolean =>
  calls === 0 && !volatile() && !needed();

/** It is in use until `call` settles, as which it settles. */
export async function busyWith<T>(entry: PoolEntry, call: Promise<T>): Promise<T> {
  entry.calls++;
  try {
    return await call;
  } finally {
    entry.calls--;
  }
}
