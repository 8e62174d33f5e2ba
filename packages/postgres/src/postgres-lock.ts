import type { RefreshLock } from 'unexpired';
import { checkNames, leasedLock, leaseOf } from 'unexpired/adapter';
import { asker } from './ask.ts';
import { leaseCell } from './lease-cell.ts';
import { keyOf, OPTIONS, type PostgresOptions, tableOf } from './options.ts';
import { type PostgresLike, requirePool } from './postgres-like.ts';
import { statementsOn } from './statements.ts';
import { wakeUpOf } from './wake-up.ts';

/**
 * Mutual exclusion between machines, by a lease in a row: the lock `a` is the row `lock:a`, which is gone when it is free. For
 * sessions that are kept in a table of yours: a {@link postgresStore} brings its own. Not an advisory lock, of which there are
 * several holders behind a pooler in transaction mode.
 *
 * Only its owner renews and frees it; `held.signal` aborts when the lease was lost. A waiter looks by itself ever more
 * rarely, and is woken where there is a `direct` pool. A request rejects with its signal's reason when that aborts before the
 * lock was granted, and with ERR_REFRESH_UNAVAILABLE when PostgreSQL cannot be asked. Throws a `TypeError` that names the option
 * that is wrong.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg';
 * import { postgresLock } from '@unexpired/postgres';
 *
 * const lock = postgresLock(new Pool());
 * await lock.request('nightly', { signal: AbortSignal.timeout(35_000) }, async () => {});
 * ```
 */
export function postgresLock(pool: PostgresLike, options: PostgresOptions = {}): RefreshLock {
  requirePool('postgresLock: pool', pool, ['query']);
  checkNames('postgresLock', options, OPTIONS);
  const { direct, lease } = options;
  if (direct !== undefined) requirePool('postgresLock: direct', direct, ['query', 'connect']);
  const table = tableOf('postgresLock', options.table);
  const parts = {
    ask: asker(pool, 'The lock in PostgreSQL failed', table),
    statements: statementsOn(table),
    table,
    wakeUp: direct && wakeUpOf(direct),
  };
  return leasedLock({
    cell: (name) => leaseCell({ ...parts, key: keyOf('postgresLock: name', `lock:${name}`) }),
    length: leaseOf('postgresLock', lease),
  });
}
