import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { postgresLock, postgresSchema } from '../src/index.ts';
import { poolOn } from './support/connect.ts';
import { withPostgres } from './support/with-postgres.ts';

withPostgres('a pooler', (server) => {
  describe('the lock through PgBouncer in transaction mode', () => {
    const pools: Pool[] = [];
    /** What another process has: connections of its own to the pooler. */
    const connect = async (): Promise<Pool> => {
      const pool = poolOn(await server().bouncer());
      pools.push(pool);
      return pool;
    };
    beforeEach(async () => void (await (await connect()).query(postgresSchema())));
    afterEach(async () => void (await Promise.all(pools.splice(0).map((pool) => pool.end()))));

    it('has one holder, where an advisory lock has several', async () => {
      const processes = await Promise.all(Array.from({ length: 4 }, connect));
      let advisory = 0;
      for (const pool of processes) {
        const { rows } = await pool.query('select pg_try_advisory_lock(42) as granted');
        if (rows[0].granted === true) advisory++; // nobody has given it back
      }
      expect(advisory).toBeGreaterThan(1);

      let [inside, most, done] = [0, 0, 0];
      await Promise.all(
        processes.map((pool) =>
          postgresLock(pool).request('one', {}, async () => {
            most = Math.max(most, ++inside);
            await pool.query('select pg_sleep(0.01)'); // as long as the database takes
            inside--;
            done++;
          }),
        ),
      );
      expect([most, done]).toEqual([1, 4]);
    });
  });
});
