import type { RefreshLock } from '../../src/index.ts';

/**
 * - `grant`: first come, first served, as a lock should be
 * - `never`: somebody else has it, for good; rejects when the signal aborts
 * - `deaf`: as `never`, and does not listen to its signal
 * - `down`: the backend cannot be reached
 * - `open`: lets everybody in, as locks that different programs take would
 */
export type LockMode = 'grant' | 'never' | 'deaf' | 'down' | 'open';

export interface ScriptedLock {
  readonly lock: RefreshLock;
  mode: LockMode;
  /** Does it hand out leases, with a signal that aborts when one runs out? */
  leased: boolean;
  /** Reject a request whose lease ran out, though its task goes on. */
  rejectsOnLoss: boolean;
  /** The lease of its holder runs out. */
  loseLease(): void;
  /** Runs when a task is about to start. */
  onGrant: (() => void) | undefined;
  readonly requests: number;
  readonly holders: number;
  readonly waiting: number;
}

export function scriptedLock(
  mode: LockMode = 'grant',
  options: { readonly leased?: boolean } = {},
): ScriptedLock {
  let requests = 0;
  const leases = new Set<AbortController>();
  const queue: (() => void)[] = [];
  const next = (): void => {
    if (leases.size === 0 && script.mode === 'grant') queue.shift()?.();
  };
  const script: ScriptedLock = {
    mode,
    leased: options.leased ?? false,
    rejectsOnLoss: false,
    onGrant: undefined,
    get requests() {
      return requests;
    },
    get holders() {
      return leases.size;
    },
    get waiting() {
      return queue.length;
    },
    loseLease() {
      for (const lease of leases) lease.abort(new Error('the lease ran out'));
    },
    lock: {
      request(name, { signal }, task) {
        requests++;
        return new Promise((resolve, reject) => {
          if (script.mode === 'down') return reject(new Error('connect ECONNREFUSED'));
          const run = (): void => {
            signal?.removeEventListener('abort', onAbort);
            const lease = new AbortController();
            leases.add(lease);
            if (script.rejectsOnLoss)
              lease.signal.addEventListener('abort', () => reject(lease.signal.reason));
            script.onGrant?.();
            task(script.leased ? { name, signal: lease.signal } : { name })
              .then(resolve, reject)
              .finally(() => {
                leases.delete(lease);
                next();
              });
          };
          const onAbort = (): void => {
            if (script.mode === 'deaf') return;
            const place = queue.indexOf(run);
            if (place >= 0) queue.splice(place, 1);
            reject(signal?.reason);
          };
          if (script.mode === 'open') return run();
          signal?.addEventListener('abort', onAbort);
          queue.push(run);
          next();
        });
      },
    },
  };
  return script;
}
