// One process of many on a PostgreSQL. Does what its parent tells it.
import { postgresStore } from '@unexpired/postgres';
import { createCatcher, runClient } from '../../../node/test/support/client-program.ts';
import { poolOn } from '../support/connect.ts';
import type { PostgresSetup } from '../support/setup.ts';

const setup = JSON.parse(process.argv[2] ?? '') as PostgresSetup;
const { key, lease } = setup;
const pool = poolOn(setup.port);
const direct = setup.direct === undefined ? undefined : poolOn(setup.direct);
runClient(setup, postgresStore(pool, { key, lease, direct }), createCatcher(setup));
process.once('disconnect', () => {
  void pool.end(); // or its connections would keep it alive for a while
  void direct?.end();
});
