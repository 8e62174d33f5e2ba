import { createHash } from 'node:crypto';
import type { Clock, RefreshLock } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import { readBootId } from './boot-id.ts';
import { type Sidecar, underKernelLock } from './kernel-lock.ts';
import { pathFrom } from './place.ts';

/** A waiter is woken by the store as soon as there is a newer token; this is for when nobody brings one. Ms. */
const PATIENCE = { shortest: 5, longest: 250, background: true };

/**
 * Mutual exclusion between the processes of one machine, by a lock of the kernel: it comes free the moment its holder
 * dies, however that happens. `path` is where the lock files are: a lock named `a` is on `<path>.<hash of a>.lock`,
 * which is made (mode 0600, its folder 0700) and never removed. A `fileStore` brings its own.
 *
 * A request waits without keeping the process alive, rejects with its signal's reason when that aborts first, and with
 * an error that has the system's `code` when there can be no lock: no permission for a second, or a file system without
 * locks. A holder that was stopped (SIGSTOP) keeps the lock, so give a signal.
 *
 * @example
 * ```ts
 * import { fileLock } from '@unexpired/node';
 *
 * const lock = fileLock('/var/lib/tool/session');
 * await lock.request('nightly', { signal: AbortSignal.timeout(35_000) }, async () => {});
 * ```
 */
export function fileLock(path: string | URL): RefreshLock {
  const base = pathFrom(path, 'fileLock');
  return lockOn(systemClock, async (name) => ({
    path: `${base}.${shortHash(name)}.lock`,
    beside: base,
  }));
}

/** What the task of a request is told of its lock. */
interface Held {
  readonly name: string;
  /** Says that the lock comes free when its holder dies, and names it among all who can reach the file. */
  readonly freedOnDeath?: string;
}

/** A lock on the file that `sidecar` names. */
export function lockOn(clock: Clock, sidecar: (name: string) => Promise<Sidecar>): RefreshLock {
  let boot: Promise<string | undefined> | undefined;
  return {
    async request(name, { signal }, task) {
      signal?.throwIfAborted();
      boot ??= readBootId();
      const bootId = await boot;
      return underKernelLock(
        await sidecar(name),
        { ...PATIENCE, clock, signal },
        ({ device, inode }) => {
          const held: Held =
            bootId === undefined
              ? { name }
              : { name, freedOnDeath: `${bootId}.${device}.${inode}` };
          return task(held);
        },
      );
    },
  };
}

export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
