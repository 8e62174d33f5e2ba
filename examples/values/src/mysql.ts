import { createPool, type Pool, type PoolOptions } from 'mysql2/promise';
import type { Clock } from 'unexpired';
import { type Renewable, renewable } from 'unexpired/renewable';
import { isRefusedLogin } from './refusals.ts';

/** A pool for each login: the old one goes when no query runs on it any more. `use(pool => pool.query(...))`. */
export function mysqlPool(
  fetchLogin: (signal: AbortSignal) => Promise<{ user: string; password: string; until?: number }>,
  config: PoolOptions,
  clock?: Clock, // for tests
): Renewable<Pool> {
  return renewable({
    name: 'mysql',
    clock,
    async acquire({ signal }) {
      const { user, password, until } = await fetchLogin(signal);
      return { value: createPool({ ...config, user, password }), expiresAt: until };
    },
    isRejected: isRefusedLogin,
    dispose: (pool) => pool.end(),
  });
}
