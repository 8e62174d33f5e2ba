import {
  type PostgresPool,
  postgresQuery,
  postgresSignal,
  postgresStore,
  type PostgresStatement,
} from '@unexpired/postgres';
import { sqliteQuery, sqliteStore, type SqliteThread, sqliteThread } from '@unexpired/sqlite';
import type { TokenStore } from 'unexpired';
import { checkNames } from 'unexpired/adapter';
import { changeStatement, endStatement } from './audit/rows.ts';
import { entryStatement } from './data/entry.ts';
import { besideTheRecord } from './data/listed-store.ts';
import { requireVersion, sqliteSchema } from './data/schema.ts';
import {
  namesOf,
  POSTGRES,
  type Query,
  sqliteDialect,
  type Tables,
  type Value,
} from './data/tables.ts';

/** Where the sessions are: a row each. Made by {@link sqlite} or {@link postgres}. */
export interface ServiceDatabase {
  /** The row of a session. */
  store(key: string): TokenStore;
  /** What the service keeps beside the sessions; opaque. */
  readonly tables: object;
  /** Lets go of what was opened here. */
  close(): Promise<void>;
}

/** Options of {@link postgres}. */
export interface PostgresDatabaseOptions {
  /** Default `unexpired_sessions`; those beside it are named after it. `serviceSchema()` makes them. */
  readonly table?: string | undefined;
  /** A pool whose connections go past any pooler: one of them listens for changes. */
  readonly direct?: PostgresPool | undefined;
}

/**
 * A SQLite file on this machine, in a thread of its own (Node 22.13 or newer). Several processes may share it. The service makes
 * its tables, and closes it.
 *
 * @throws TypeError for a path that is none.
 */
export const sqlite = (path: string): ServiceDatabase => sqliteOn(sqliteThread(path));

/** The same, where it is open already. */
export function sqliteOn(thread: SqliteThread): ServiceDatabase {
  const names = namesOf('sqlite');
  const ask = sqliteQuery(thread, {
    what: 'The tables of the service',
    schema: sqliteSchema(names),
  });
  const query: Query = (text, values = []) => {
    const positional = inOrder({ text, values });
    return ask(positional.sql, positional.values);
  };
  const tables: Tables = {
    ...{ query, names, dialect: sqliteDialect(names) },
    ready: once(() => requireVersion(query, names)),
  };
  const alongside = () => statementsBeside(tables, () => 1).map(inOrder);
  return {
    tables,
    store: (key) => sqliteStore(thread, { key, alongside }),
    close: () => thread.close(),
  };
}

/** PostgreSQL, for any number of replicas. The pool is yours to end, after the service was closed. */
export function postgres(
  pool: PostgresPool,
  options: PostgresDatabaseOptions = {},
): ServiceDatabase {
  checkNames('postgres', options, ['table', 'direct']);
  const names = namesOf('postgres', options.table);
  const query: Query = postgresQuery(pool, {
    what: 'The tables of the service',
    schema: 'serviceSchema()',
  });
  const tables: Tables = {
    ...{ query, names, dialect: POSTGRES },
    signal: options.direct && postgresSignal(options.direct, `unexpired service ${names.schedule}`),
    ready: once(() => requireVersion(query, names)),
  };
  const alongside = (): readonly PostgresStatement[] =>
    statementsBeside(tables, (before) => 5 + before);
  return {
    tables,
    store: (key) => postgresStore(pool, { ...options, key, alongside }),
    close: async () => undefined,
  };
}

/** What is to be written beside the record. `first`: the number of a statement's first parameter, after so many of others. */
function statementsBeside(tables: Tables, first: (before: number) => number) {
  const { entry, row, ended } = besideTheRecord() ?? {};
  const rows = tables.dialect.written;
  const scheduled = entry && entryStatement(tables, entry, first(0));
  const before = scheduled?.values.length ?? 0;
  const recorded = row && changeStatement(tables, row, { first: first(before), rows });
  const after = before + (recorded?.values.length ?? 0);
  const told = ended && endStatement(tables, ended, { first: first(after), rows });
  return [scheduled, recorded, told].filter((statement) => statement !== undefined);
}

/** With a `?` for each parameter, which SQLite's drivers bind by position. */
function inOrder({ text, values }: { readonly text: string; readonly values: readonly Value[] }) {
  const used: Value[] = [];
  const sql = text.replace(/\$(\d+)/g, (_, index: string) => {
    used.push(values[Number(index) - 1] ?? null);
    return '?';
  });
  return { sql, values: used };
}

/** Runs until it has succeeded, and then no more. */
function once(run: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= run().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
