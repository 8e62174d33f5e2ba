import { ignoreRejection, nameOf } from 'unexpired/adapter';

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

/** All of them: each of the others is also a method of packages whose databases answer later, such as `sqlite` and `sqlite3`. */
const OF_THREAD = ['exec', 'run', 'get', 'all', 'together', 'close'] as const;

/** Throws a `TypeError` unless this is a database. */
export function sqlOf(where: string, database: SqliteLike | SqliteThread): Sql {
  const found: object = database ?? {};
  const has = (...names: readonly string[]): boolean =>
    names.every((name) => typeof (found as Record<string, unknown>)[name] === 'function');
  if (has(...OF_THREAD)) return database as SqliteThread;
  if (has('exec', 'prepare') && !has('get')) return direct(database as SqliteLike);
  throw new TypeError(
    `${where}: database: expected one with exec() and prepare(), as node:sqlite, bun:sqlite and better-sqlite3 have them, or a sqliteThread(), got ${gotOf(database, has('exec', 'get'))}`,
  );
}

function gotOf(database: unknown, isLate: boolean): string {
  if (isLate) return 'one that answers later, with promises or callbacks';
  return typeof database === 'object' && database !== null
    ? 'an object without them'
    : nameOf(database);
}

/** What a driver gave, which has to be there at once. */
function atOnce<T>(given: T): T {
  if (typeof (given as { then?: unknown } | null | undefined)?.then !== 'function') return given;
  ignoreRejection(given);
  throw new TypeError(
    'the driver answers later, with promises: give a database of node:sqlite, bun:sqlite or better-sqlite3, or a sqliteThread()',
  );
}

/** Each statement holds the event loop for as long as it takes. */
function direct(database: SqliteLike): Sql {
  type Statement = ReturnType<SqliteLike['prepare']>;
  const statements = new Map<string, Statement>();
  const exec = (sql: string): unknown => atOnce(database.exec(sql));
  const statementOf = (sql: string): Statement => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made: Statement & { setReturnArrays?(yes: boolean): void } = atOnce(
      database.prepare(sql),
    );
    made.setReturnArrays?.(false); // columns are asked for by name, also where the database was opened with `returnArrays`
    statements.set(sql, made);
    return made;
  };
  const runNow = ({ sql, values }: SqliteStatement): number => {
    const { changes } = (atOnce(statementOf(sql).run(...values)) ?? {}) as { changes?: unknown };
    if (typeof changes === 'number' || typeof changes === 'bigint') return Number(changes);
    throw new TypeError('the driver does not say how many rows a statement has changed');
  };
  return {
    exec: async (sql) => exec(sql),
    run: async (sql, values) => runNow({ sql, values }),
    all: async (sql, values) => atOnce(statementOf(sql).all(...values)) as readonly Row[],
    async together(first, others) {
      exec('begin immediate');
      try {
        const changed = runNow(first);
        if (changed > 0) for (const other of others) runNow(other);
        exec('commit');
        return changed;
      } catch (error) {
        try {
          exec('rollback');
        } catch {
          // SQLite has done so by itself, as on a full disk
        }
        throw error;
      }
    },
    async get(sql, values) {
      return (atOnce(statementOf(sql).get(...values)) ?? undefined) as Row | undefined;
    },
  };
}
