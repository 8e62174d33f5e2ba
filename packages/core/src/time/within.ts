import type { Clock } from './clock.ts';

/** Settles as `work` does, or after `limit` ms as `late` says. Holds no process. */
export const within = <T>(
  clock: Clock,
  limit: number,
  work: Promise<T>,
  late: () => T | PromiseLike<T>,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancel = clock.setTimeout(() => resolve(late()), limit, true);
    work.finally(cancel).then(resolve, reject);
  });
