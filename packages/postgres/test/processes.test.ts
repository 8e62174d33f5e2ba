import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { flawless, runFleet } from '../../node/test/support/fleet.ts';
import { killedInTheMiddle } from '../../node/test/support/killing.ts';
import { postgresSchema, postgresStore } from '../src/index.ts';
import { poolOn } from './support/connect.ts';
import { postgresFleet } from './support/fleet.ts';
import { start } from './support/programs.ts';
import type { PostgresSetup } from './support/setup.ts';
import { withPostgres } from './support/with-postgres.ts';

/** Ms. */
const lease = 600;

withPostgres('processes behind PgBouncer in transaction mode', (server) => {
  describe('one that is killed in the middle of a refresh', () => {
    let pool: Pool;
    let port = 0;
    let places = 0;
    beforeAll(async () => {
      port = await server().bouncer();
      pool = poolOn(port);
      await pool.query(postgresSchema());
    });
    afterAll(() => pool.end());

    killedInTheMiddle(() => {
      const key = `session:${++places}`;
      return {
        open: () => postgresStore(pool, { key, lease }),
        start: (setup) =>
          start('client', [JSON.stringify({ ...setup, port, key, lease } satisfies PostgresSetup)]),
      };
    });
  });

  describe('8 of them, against a server that revokes the session when a refresh token comes twice', () => {
    it('redeem each refresh token once, and everybody gets the new token, over 5 expiries', async () => {
      const plan = { processes: 8, expiries: 5, requests: 5 };
      expect(await runFleet(plan, await postgresFleet())).toEqual(flawless(plan));
    }, 120_000);
  });
});
