import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Pool } from 'pg';
import { poolOn } from '../../../postgres/test/support/connect.ts';
import { withPostgres } from '../../../postgres/test/support/with-postgres.ts';
import { postgres, serviceSchema } from '../../src/index.ts';
import { type Broker, type BrokerOptions, startBroker } from './broker.ts';

/** Starts a broker on a database of its own. */
export type Start = (options?: BrokerOptions) => Promise<Broker>;

/** The same tests on each database that the service has: a SQLite file, and a real PostgreSQL. */
export function onDatabases(tests: (start: Start) => void): void {
  describe('on SQLite', () => {
    tests(startBroker);
  });
  onPostgres((pool) => {
    let brokers = 0;
    tests(async (options) => {
      const table = `sessions_${++brokers}`;
      await pool().query(serviceSchema(table));
      return startBroker({ open: () => postgres(pool(), { table, direct: pool() }), ...options });
    });
  });
}

/** One pool for the replicas: it has more than one connection, so they run beside each other. */
export function onPostgres(tests: (pool: () => Pool) => void): void {
  withPostgres('the service', (server) => {
    let pool: Pool | undefined;
    beforeAll(() => {
      pool = poolOn(server().port);
    });
    afterAll(() => pool?.end());
    tests(() => pool as Pool);
  });
}
