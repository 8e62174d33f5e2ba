import { type PostgresPool, postgresStore } from '@unexpired/postgres';
import { sqliteStore, sqliteThread } from '@unexpired/sqlite';
import type { TokenStore } from 'unexpired';

/** Where the sessions are: a row each. Made by {@link sqlite} or {@link postgres}. */
export interface ServiceDatabase {
  /** The row of a session. */
  store(key: string): TokenStore;
  /** Lets go of what was opened here. */
  close(): Promise<void>;
}

/** Options of {@link postgres}. */
export interface PostgresDatabaseOptions {
  /** Default `unexpired_sessions`. `postgresSchema()` of `@unexpired/postgres` makes it. */
  readonly table?: string | undefined;
  /** A pool whose connections go past any pooler: one of them listens for changes. */
  readonly direct?: PostgresPool | undefined;
}

/**
 * A SQLite file on this machine, in a thread of its own (Node 22.13 or newer). Several processes may share it. The service closes it.
 *
 * @throws TypeError for a path that is none.
 */
export function sqlite(path: string): ServiceDatabase {
  const thread = sqliteThread(path);
  return { store: (key) => sqliteStore(thread, { key }), close: () => thread.close() };
}

/** PostgreSQL, for any number of replicas. The pool is yours to end, after the service was closed. */
export function postgres(
  pool: PostgresPool,
  options: PostgresDatabaseOptions = {},
): ServiceDatabase {
  return {
    store: (key) => postgresStore(pool, { ...options, key }),
    close: async () => undefined,
  };
}
