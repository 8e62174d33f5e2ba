import type { SessionRecord } from 'unexpired';
import type { FleetPlace } from '../../../node/test/support/fleet.ts';
import { newFolder } from '../../../node/test/support/folder.ts';
import { CLIENT_ID } from '../../../node/test/support/provider.ts';
import { sqliteStore, sqliteThread } from '../../src/index.ts';
import { start } from './programs.ts';
import type { SqliteSetup } from './setup.ts';

/** A fleet on one SQLite file, each process with a thread for it. */
export async function sqliteFleet(): Promise<FleetPlace> {
  const folder = await newFolder();
  const file = folder.at('sessions.db');
  const database = sqliteThread(file);
  const key = 'session:fleet';
  const store = sqliteStore(database, { key });
  return {
    start({ tokenEndpoint, revocationEndpoint }) {
      const setup: SqliteSetup = {
        ...{ file, key, tokenEndpoint, revocationEndpoint, clientId: CLIENT_ID },
      };
      return start('client', [JSON.stringify(setup)]);
    },
    write: async (record) => void (await store.write(record, undefined)),
    read: async () => (await store.read())?.value as SessionRecord,
    async remove() {
      await database.close();
      await folder.remove();
    },
  };
}
