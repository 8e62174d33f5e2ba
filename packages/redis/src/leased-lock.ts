import type { RefreshLock } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import type { Run } from './commands.ts';
import { keepLease } from './lease.ts';
import { OBTAIN, RELEASE } from './scripts.ts';
import { createDoze, nextTry, orAborted } from './waiting.ts';
import type { WakeUp } from './wake-up.ts';

/** Ms. Long enough for a process that pauses, short enough to be waited for. */
export const LEASE = 30_000;
const SHORTEST_LEASE = 100;

/** Where a lock is. */
export interface LeasePlace {
  readonly lease: string;
  /** The channel on which its end is announced. */
  readonly freed: string;
  /** A key beside the lease that is read in the same step, for `onGrant`. */
  readonly record?: string | undefined;
}

/** Ms of a lease, checked. */
export function leaseOf(where: string, lease: number | undefined): number {
  if (lease === undefined) return LEASE;
  if (typeof lease === 'number' && lease >= SHORTEST_LEASE && lease < 2 ** 31)
    return Math.round(lease);
  throw new TypeError(
    `${where}: lease: expected ms, at least ${SHORTEST_LEASE}, got ${typeof lease === 'number' ? lease : lease === null ? 'null' : typeof lease}`,
  );
}

/** Mutual exclusion by a lease in Redis that only its owner can renew and free. */
export function leasedLock(parts: {
  readonly run: Run;
  readonly wakeUp: WakeUp;
  readonly place: (name: string) => LeasePlace;
  readonly length: number;
  readonly onGrant?: (record: unknown) => void;
}): RefreshLock {
  const { run, wakeUp, place, length, onGrant } = parts;

  const release = ({ lease, freed }: LeasePlace, owner: string): Promise<unknown> =>
    run(RELEASE, [lease], [owner, freed]).catch(() => undefined); // it runs out by itself

  /** Resolves, once it is granted, with when that was asked for. */
  const obtain = async (
    at: LeasePlace,
    owner: string,
    signal: AbortSignal | undefined,
  ): Promise<number> => {
    const doze = createDoze();
    let stop: (() => void) | undefined;
    try {
      for (let failures = 0; ; failures++) {
        const asked = systemClock.monotonic();
        const answer = run(OBTAIN, at.record === undefined ? [at.lease] : [at.lease, at.record], [
          owner,
          String(length),
        ]);
        const [granted, rest] = (await orAborted(answer, signal).catch((error: unknown) => {
          void answer.catch(() => undefined).then(() => release(at, owner)); // it may be granted yet
          throw error;
        })) as [unknown, unknown];
        if (Number(granted) === 1) {
          onGrant?.(rest);
          return asked;
        }
        stop ??= wakeUp.subscribe(at.freed, doze.wake);
        await orAborted(doze.for(nextTry(failures, Number(rest), Math.random())), signal);
      }
    } finally {
      stop?.();
      doze.wake(); // whoever gave up leaves no timer
    }
  };

  return {
    async request(name, { signal }, task) {
      signal?.throwIfAborted();
      const at = place(name);
      const owner = crypto.randomUUID();
      const asked = await obtain(at, owner, signal);
      const lease = keepLease(run, at.lease, owner, length, asked);
      try {
        return await task({ name, signal: lease.signal });
      } finally {
        lease.stop();
        await release(at, owner);
      }
    },
  };
}
