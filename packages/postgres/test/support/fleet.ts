import type { SessionRecord } from 'unexpired';
import type { FleetPlace } from '../../../node/test/support/fleet.ts';
import { CLIENT_ID } from '../../../node/test/support/provider.ts';
import { postgresSchema, postgresStore } from '../../src/index.ts';
import { poolOn } from './connect.ts';
import { startPostgresServer } from './postgres-server.ts';
import { start } from './programs.ts';
import type { PostgresSetup } from './setup.ts';

/** A fleet behind one PgBouncer in transaction mode; every second process listens, on a connection past it. */
export async function postgresFleet(): Promise<FleetPlace> {
  const server = await startPostgresServer();
  const port = await server.bouncer();
  const pool = poolOn(server.port);
  await pool.query(postgresSchema());
  const key = 'session:fleet';
  const store = postgresStore(pool, { key });
  let started = 0;
  return {
    start({ tokenEndpoint, revocationEndpoint }) {
      const direct = started++ % 2 === 0 ? server.port : undefined;
      const setup: PostgresSetup = {
        ...{ port, direct, key, tokenEndpoint, revocationEndpoint, clientId: CLIENT_ID },
      };
      return start('client', [JSON.stringify(setup)]);
    },
    write: async (record) => void (await store.write(record, undefined)),
    read: async () => (await store.read())?.value as SessionRecord,
    async remove() {
      await pool.end();
      await server.stop();
    },
  };
}
