import { Mutex } from 'async-mutex';
import type { RefreshLock } from '../session/lock.ts';

/** A lock for one process: whoever shares this object is kept apart, and nobody who holds it dies alone. */
export function mutexLock(random: () => number = Math.random): RefreshLock {
  const freedOnDeath = `process-${random().toString(36).slice(2)}${random().toString(36).slice(2)}`;
  const mutexes = new Map<string, { readonly mutex: Mutex; users: number }>();
  return {
    async request(name, { signal }, task) {
      const entry = mutexes.get(name) ?? { mutex: new Mutex(), users: 0 };
      mutexes.set(name, entry);
      entry.users++;
      try {
        const release = await granted(entry.mutex, signal);
        try {
          return await task({ name, freedOnDeath });
        } finally {
          release();
        }
      } finally {
        if (--entry.users === 0) mutexes.delete(name);
      }
    },
  };
}

/** async-mutex cannot take back a request, so one that was given up is released as soon as it is granted. */
function granted(mutex: Mutex, signal: AbortSignal | undefined): Promise<() => void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    mutex.acquire().then((release) => {
      signal?.removeEventListener('abort', onAbort);
      if (signal?.aborted) release();
      else resolve(release);
    }, reject);
  });
}
