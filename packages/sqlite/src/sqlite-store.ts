import { type SessionRecord, sharedStore, type StoredValue, type TokenStore } from 'unexpired';
import {
  check,
  checkNames,
  isFunction,
  leasedLock,
  leaseOf,
  nameOf,
  SIGN_IN,
} from 'unexpired/adapter';
import { statementsBeside } from './alongside.ts';
import { asker } from './ask.ts';
import { leaseCell } from './lease-cell.ts';
import {
  type Row,
  type SqliteLike,
  type SqliteStatement,
  type SqliteThread,
  sqlOf,
} from './sqlite-like.ts';
import { asRead, statementsOn } from './statements.ts';

/** Options of {@link sqliteStore}. Durations in ms. */
export interface SqliteStoreOptions {
  /** Of the row of this session. */
  readonly key: string;
  /** Default `unexpired_sessions`. It is made where it is not there. */
  readonly table?: string | undefined;
  /** How long the lock of a process that died stays taken. Default 30_000; a live holder renews it when a third is over. */
  readonly lease?: number | undefined;
  /**
   * Statements to carry out with each write of the record, in the same transaction and only where the record was written.
   * What is no list of them is a `TypeError` of the write, and nothing is written. Default: none.
   */
  readonly alongside?: ((record: SessionRecord) => readonly SqliteStatement[]) | undefined;
}

const TABLE = 'unexpired_sessions';
const NAME = /^[A-Za-z_][A-Za-z0-9_$]*$/;
/** Ms: on one machine nobody wakes who waits, and a look is cheap. */
const PACE = { shortest: 10, longest: 200 };

/**
 * Keeps a session in a row of a SQLite database on this machine, for any number of its processes: one of them refreshes, the
 * others pick it up. Takes a {@link sqliteThread}, or an open database of `node:sqlite`, `bun:sqlite` or better-sqlite3, whose
 * statements then hold the event loop for as long as they take. Makes its table. The lock is a lease in the same row.
 *
 * Give it a connection of its own: a transaction that you roll back would take a rotation along. A writer of another process is
 * waited for up to 5 s, outside of the database where its own `busy_timeout` is 0. The JSON of a token set that another program
 * put into `record` is taken over; anything else there is ERR_STORE_RECORD, and stays. Throws a `TypeError` that names the option
 * that is wrong.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { sqliteStore, sqliteThread } from '@unexpired/sqlite';
 *
 * const tokens = createTokenManager({
 *   store: sqliteStore(sqliteThread('sessions.db'), { key: 'session:42' }),
 *   refresh: async ({ refreshToken }) => (await fetch('https://id.example.com/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 * });
 * ```
 */
export function sqliteStore(
  database: SqliteLike | SqliteThread,
  options: SqliteStoreOptions,
): TokenStore {
  const sql = sqlOf('sqliteStore', database);
  const key = keyOf(options?.key);
  checkNames('sqliteStore', options, ['key', 'table', 'lease', 'alongside']);
  const { alongside } = options;
  if (alongside !== undefined) check('sqliteStore: alongside', alongside, isFunction);
  const table = tableOf(options.table);
  const statements = statementsOn(table);
  const ask = asker(sql, `SQLite row "${key}"`, table);
  const cell = leaseCell(ask, statements, key);
  const signIn = leaseCell(ask, statements, `lock:${key}${SIGN_IN}`);
  const length = leaseOf('sqliteStore', options.lease);

  return sharedStore({
    name: key,
    // Whatever name a manager has for the session: the managers that redeem what is in this row are kept apart.
    lock: leasedLock({
      cell: (name) => (name.endsWith(SIGN_IN) ? signIn : cell),
      length,
      pace: PACE,
    }),
    async read() {
      return storedIn(await ask(({ get }) => get(statements.read, [key])));
    },
    async write(record, expected) {
      const version = crypto.randomUUID(); // so that a database that went back in time is noticed
      const text = JSON.stringify(record);
      const write: SqliteStatement =
        expected === undefined
          ? { sql: statements.insert, values: [key, text, version] }
          : { sql: statements.update, values: [text, version, key, expected] };
      const more = statementsBeside(alongside, record);
      const written = await ask(({ run, together }) =>
        more.length === 0 ? run(write.sql, write.values) : together(write, more),
      );
      return written === 1 ? asRead(version) : undefined;
    },
  });
}

/** A row without a record is there for its lease alone. */
function storedIn(row: Row | undefined): StoredValue | undefined {
  const { record, version } = row ?? {};
  if (record === undefined || record === null) return undefined;
  return { value: valueOf(record), version: String(version) };
}

/** The JSON in a text; anything else is given as it is, since it is for the reader to say that it is not a session. */
function valueOf(record: unknown): unknown {
  if (typeof record !== 'string') return record;
  try {
    return JSON.parse(record) as unknown;
  } catch {
    return record;
  }
}

function keyOf(key: unknown): string {
  const what = 'sqliteStore: key:';
  if (typeof key !== 'string' || key === '')
    throw new TypeError(`${what} expected a string that is not empty, got ${nameOf(key)}`);
  if (key.includes('\0')) throw new TypeError(`${what} a NUL character ends a text in SQLite`);
  if (/\p{Surrogate}/u.test(key))
    throw new TypeError(`${what} half of a surrogate pair is no character`);
  return key;
}

/** The name of a table as SQL has it, quoted. */
function tableOf(table: unknown = TABLE): string {
  if (typeof table !== 'string' || !NAME.test(table))
    throw new TypeError(
      `sqliteStore: table: expected a name of letters, digits and _, got ${typeof table === 'string' ? 'another text' : nameOf(table)}`,
    );
  return `"${table}"`;
}
