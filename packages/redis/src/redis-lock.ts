import type { RefreshLock } from 'unexpired';
import { checkNames, leasedLock, leaseOf } from 'unexpired/adapter';
import { scriptRunner } from './commands.ts';
import { leasePlace, requirePairs } from './keys.ts';
import { leaseCell } from './lease-cell.ts';
import { type RedisLike, requireClient } from './redis-like.ts';
import { wakeUpOf } from './wake-up.ts';

/** Options of {@link redisLock}. Durations in ms. */
export interface RedisLockOptions {
  /** How long the lock of a process that died stays taken. Default 30_000; a live holder renews it when a third is over. */
  readonly lease?: number | undefined;
}

/**
 * Mutual exclusion between machines, by a lease: the lock `a` is the key `a:lease`. Only its owner renews and frees it;
 * `held.signal` aborts when the lease was lost. A waiter is woken when it comes free, and looks by itself ever more
 * rarely besides. For sessions that are kept elsewhere: a {@link redisStore} brings its own.
 *
 * A request rejects with its signal's reason when that aborts before the lock was granted, and with
 * ERR_REFRESH_UNAVAILABLE when Redis cannot be asked. Two can hold it at once where Redis lost its data or the lease of
 * a live holder ran out, so whatever it guards must survive that.
 *
 * @example
 * ```ts
 * import { redisLock } from '@unexpired/redis';
 * import { createClient } from 'redis';
 *
 * const lock = redisLock(await createClient().on('error', console.error).connect());
 * await lock.request('nightly', { signal: AbortSignal.timeout(35_000) }, async () => {});
 * ```
 */
export function redisLock(client: RedisLike, options: RedisLockOptions = {}): RefreshLock {
  requireClient('redisLock', client);
  checkNames('redisLock', options, ['lease']);
  const parts = { run: scriptRunner(client, 'The lock in Redis failed'), wakeUp: wakeUpOf(client) };
  return leasedLock({
    cell(name) {
      requirePairs('redisLock: name', name);
      return leaseCell({ ...parts, place: leasePlace(`${name}:lease`) });
    },
    length: leaseOf('redisLock', options.lease),
  });
}
