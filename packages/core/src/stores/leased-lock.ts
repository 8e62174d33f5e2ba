import { nameOf } from '../errors/check-value.ts';
import type { RefreshLock } from '../session/lock.ts';
import { abortable } from '../time/abortable.ts';
import { systemClock } from '../time/clock.ts';
import { keepLease, type LeaseCell } from './lease.ts';
import { createDoze, nextTry, PACE, type Pace } from './lock-waiting.ts';

/** Ms. Long enough for a process that pauses, short enough to be waited for. */
const LEASE = 30_000;
const SHORTEST_LEASE = 100;

/** Ms of a lease, checked: default 30_000, at least 100. Throws a `TypeError` that begins with `where`. */
export function leaseOf(where: string, lease: number | undefined): number {
  if (lease === undefined) return LEASE;
  if (typeof lease === 'number' && lease >= SHORTEST_LEASE && lease < 2 ** 31)
    return Math.round(lease);
  throw new TypeError(
    `${where}: lease: expected ms, at least ${SHORTEST_LEASE}, got ${nameOf(lease)}`,
  );
}

/**
 * Mutual exclusion by a lease that only its owner renews and frees, for authors of stores. `held.signal` aborts when the lease
 * was lost. Two can hold it at once where the backend lost its data, or where the lease of a live holder ran out, so what it
 * guards must survive that. It never gives `freedOnDeath`: a lease outlives its holder.
 *
 * `length`: ms of a lease. `pace`: ms between two looks of a waiter, doubling; default from 50 to 2_000.
 *
 * @example
 * ```ts
 * import { type LeaseCell, leasedLock } from 'unexpired/adapter';
 *
 * const lockOf = (cellOf: (name: string) => LeaseCell) => leasedLock({ cell: cellOf, length: 30_000 });
 * ```
 */
export function leasedLock(parts: {
  /** The lease behind the name of a lock. What it throws, `request` rejects with. */
  readonly cell: (name: string) => LeaseCell;
  readonly length: number;
  readonly pace?: Pace | undefined;
}): RefreshLock {
  const { cell: cellOf, length, pace = PACE } = parts;

  const release = (cell: LeaseCell, owner: string): Promise<unknown> =>
    cell.release(owner).catch(() => undefined); // it runs out by itself

  /** Resolves, once it is granted, with when that was asked for. */
  const obtain = async (
    cell: LeaseCell,
    owner: string,
    signal: AbortSignal | undefined,
  ): Promise<number> => {
    const doze = createDoze();
    let stop: (() => void) | undefined;
    try {
      for (let failures = 0; ; failures++) {
        const asked = systemClock.monotonic();
        const answer = cell.obtain(owner, length);
        const result = await abortable(answer, signal).catch((error: unknown) => {
          void answer.catch(() => undefined).then(() => release(cell, owner)); // it may be granted yet
          throw error;
        });
        if (result.granted) return asked;
        stop ??= cell.subscribe?.(doze.wake);
        const pause = nextTry(pace, failures, result.left, Math.random());
        await abortable(doze.for(pause), signal);
      }
    } finally {
      stop?.();
      doze.wake(); // a waiter that gave up leaves no timer
    }
  };

  return {
    async request(name, { signal }, task) {
      signal?.throwIfAborted();
      const cell = cellOf(name);
      const owner = crypto.randomUUID();
      const asked = await obtain(cell, owner, signal);
      const lease = keepLease(cell, owner, length, asked);
      try {
        return await task({ name, signal: lease.signal });
      } finally {
        lease.stop();
        await release(cell, owner);
      }
    },
  };
}
