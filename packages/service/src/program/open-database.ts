import { postgres, type ServiceDatabase, sqlite } from '../database.ts';
import type { DatabaseSettings } from './settings.ts';
import { SetupError } from './setup-error.ts';

/** Ms: less than the 5 s after which a statement is given up. */
const CONNECT = 4000;

/** Opens the database of the settings; closing it closes what was opened for it. */
export async function openDatabase(settings: DatabaseSettings): Promise<ServiceDatabase> {
  if (settings.kind === 'sqlite') return sqlite(settings.file);
  const { Pool } = await loadPg();
  const pools = [settings.url, settings.direct].map((url) => {
    if (url === undefined) return undefined;
    const pool = new Pool({ connectionString: url, connectionTimeoutMillis: CONNECT });
    pool.on('error', () => undefined); // an idle connection that was lost is made again
    return pool;
  });
  const [pool, direct] = pools as [InstanceType<typeof Pool>, InstanceType<typeof Pool>?];
  const database = postgres(pool, { table: settings.table, direct });
  return {
    ...database,
    async close() {
      await database.close();
      await Promise.all([pool.end(), direct?.end()]);
    },
  };
}

async function loadPg() {
  try {
    return (await import('pg')).default;
  } catch {
    throw new SetupError(['PostgreSQL needs the package pg beside this one: npm install pg']);
  }
}
