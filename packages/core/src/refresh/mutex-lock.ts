import { Semaphore } from 'async-mutex';
import type { RefreshLock } from '../session/lock.ts';
import { abortable } from '../time/abortable.ts';

/** A lock for one process: all that share this object are kept apart, and no holder dies alone. */
export function mutexLock(random: () => number = Math.random): RefreshLock {
  const freedOnDeath = `process-${random().toString(36).slice(2)}${random().toString(36).slice(2)}`;
  const mutexes = new Map<string, { readonly mutex: Semaphore; users: number }>();
  return {
    async request(name, { signal }, task) {
      // For one at a time. `Mutex` is a class around this one, and would be bundled besides.
      const entry = mutexes.get(name) ?? { mutex: new Semaphore(1), users: 0 };
      mutexes.set(name, entry);
      entry.users++;
      // It cannot take back a request, so one that was given up goes through as soon as it is granted.
      const granted = entry.mutex.acquire();
      try {
        await abortable(granted, signal);
        return await task({ name, freedOnDeath });
      } finally {
        void granted.then(([, release]) => release());
        if (--entry.users === 0) mutexes.delete(name);
      }
    },
  };
}
