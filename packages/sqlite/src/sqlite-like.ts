import { nameOf } from 'unexpired/adapter';

export type SqliteValue = string | number | null;

/** A database of `node:sqlite`, `bun:sqlite` or better-sqlite3; nothing else of it is used. */
export interface SqliteLike {
  exec(sql: string): unknown;
  prepare(sql: string): {
    get(...values: SqliteValue[]): unknown;
    all(...values: SqliteValue[]): unknown;
    run(...values: SqliteValue[]): unknown;
  };
}

/** A statement with its parameters. */
export interface SqliteStatement {
  readonly sql: string;
  readonly values: readonly SqliteValue[];
}

export type Row = Readonly<Record<string, unknown>>;

/** A database of `node:sqlite` in a thread of its own, so that no statement holds the event loop. Made by `sqliteThread`. */
export interface SqliteThread {
  exec(sql: string): Promise<unknown>;
  /** Gives how many rows were changed. */
  run(sql: string, values: readonly SqliteValue[]): Promise<number>;
  get(sql: string, values: readonly SqliteValue[]): Promise<Row | undefined>;
  all(sql: string, values: readonly SqliteValue[]): Promise<readonly Row[]>;
  /** All or none, the others where the first one changed a row. Gives how many that one changed. */
  together(first: SqliteStatement, others: readonly SqliteStatement[]): Promise<number>;
  /** After what was asked before. It can be asked again: then it is opened once more. */
  close(): Promise<void>;
}

/** What is asked of a database, whichever it is. */
export interface Sql {
  exec(sql: string): Promise<unknown>;
  /** Gives how many rows it changed. Not for statements that return rows: what those write may fail after they gave one. */
  run(sql: string, values: readonly SqliteValue[]): Promise<number>;
  get(sql: string, values: readonly SqliteValue[]): Promise<Row | undefined>;
  /** Every row, at once; also of a statement that writes and returns them. */
  all(sql: string, values: readonly SqliteValue[]): Promise<readonly Row[]>;
  /** All or none, the others where the first one changed a row. Gives how many that one changed. */
  together(first: SqliteStatement, others: readonly SqliteStatement[]): Promise<number>;
}

/** Throws a `TypeError` unless this is a database. */
export function sqlOf(where: string, database: SqliteLike | SqliteThread): Sql {
  const { exec, prepare, run, get } = (database ?? {}) as Partial<SqliteLike & SqliteThread>;
  const isThread = typeof run === 'function' && typeof get === 'function';
  if (typeof exec === 'function' && typeof prepare === 'function' && !isThread)
    return direct(database as SqliteLike);
  if (typeof exec === 'function' && isThread) return database as SqliteThread;
  const got =
    typeof database === 'object' && database !== null ? 'an object without them' : nameOf(database);
  throw new TypeError(
    `${where}: database: expected one with exec() and prepare(), as node:sqlite, bun:sqlite and better-sqlite3 have them, or a sqliteThread(), got ${got}`,
  );
}

/** Each statement holds the event loop for as long as it takes. */
function direct(database: SqliteLike): Sql {
  const statements = new Map<string, ReturnType<SqliteLike['prepare']>>();
  const statementOf = (sql: string): ReturnType<SqliteLike['prepare']> => {
    const known = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  const runNow = ({ sql, values }: SqliteStatement): number => {
    const { changes } = statementOf(sql).run(...values) as { changes: number | bigint };
    return Number(changes);
  };
  return {
    exec: async (sql) => database.exec(sql),
    run: async (sql, values) => runNow({ sql, values }),
    all: async (sql, values) => statementOf(sql).all(...values) as readonly Row[],
    async together(first, others) {
      database.exec('begin immediate');
      try {
        const changed = runNow(first);
        if (changed > 0) for (const other of others) runNow(other);
        database.exec('commit');
        return changed;
      } catch (error) {
        try {
          database.exec('rollback');
        } catch {
          // SQLite has done so by itself, as on a full disk
        }
        throw error;
      }
    },
    async get(sql, values) {
      return (statementOf(sql).get(...values) ?? undefined) as Row | undefined;
    },
  };
}
