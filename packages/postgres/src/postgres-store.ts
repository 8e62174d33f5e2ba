import { type SessionRecord, sharedStore, type StoredValue, type TokenStore } from 'unexpired';
import { check, checkNames, isFunction, leasedLock, leaseOf, SIGN_IN } from 'unexpired/adapter';
import { type PostgresStatement, statementsBeside } from './alongside.ts';
import { asker, type Row } from './ask.ts';
import { leaseCell } from './lease-cell.ts';
import { keyOf, OPTIONS, type PostgresOptions, tableOf } from './options.ts';
import { type PostgresLike, requirePool } from './postgres-like.ts';
import { statementsOn, withAlongside } from './statements.ts';
import { topicOf, type WakeUp, wakeUpOf } from './wake-up.ts';

/** Options of {@link postgresStore}. */
export interface PostgresStoreOptions extends PostgresOptions {
  /** Of the row of this session. Up to 2,000 bytes of any text but NUL. */
  readonly key: string;
  /**
   * Statements to carry out with each write of the record, in the same transaction and only where the record was written: each an
   * `insert`, `update` or `delete` that takes its rows from `written`, which has one. The parameters of the first begin at `$5`,
   * those of each other one after those of the one before. What is no list of them is a `TypeError` of the write, and nothing
   * is written. Default: none.
   */
  readonly alongside?: ((record: SessionRecord) => readonly PostgresStatement[]) | undefined;
}

/** Microtasks between the grant of the lock and a read that follows at once: a manager takes five. */
const AT_ONCE = 10;

/**
 * Keeps a session in a row of PostgreSQL for any number of workers and machines: one of them refreshes, the others pick it up.
 * Takes a `Pool` of `pg`, behind PgBouncer or not: every step is one statement, and no connection is kept. Brings the lock that
 * suits it: a lease in the same row. `subscribe` is there where a `direct` pool is.
 *
 * Make the table with {@link postgresSchema}; without it the errors say so. The JSON of a token set that another program put into
 * `record` is taken over; anything else there is ERR_STORE_RECORD, and stays. Throws a `TypeError` that names the option that is
 * wrong.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg';
 * import { createTokenManager } from 'unexpired';
 * import { postgresStore } from '@unexpired/postgres';
 *
 * const pool = new Pool({ connectionString: 'postgres://127.0.0.1/app' });
 * const tokens = createTokenManager({
 *   store: postgresStore(pool, { key: 'session:42' }),
 *   refresh: async ({ refreshToken }) => (await fetch('https://id.example.com/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 * });
 * ```
 */
export function postgresStore(pool: PostgresLike, options: PostgresStoreOptions): TokenStore {
  requirePool('postgresStore: pool', pool, ['query']);
  const key = keyOf('postgresStore: key', options?.key);
  checkNames('postgresStore', options, ['key', ...OPTIONS, 'alongside']);
  const { direct, lease, alongside } = options;
  if (alongside !== undefined) check('postgresStore: alongside', alongside, isFunction);
  if (direct !== undefined) requirePool('postgresStore: direct', direct, ['query', 'connect']);
  const table = tableOf('postgresStore', options.table);
  const statements = statementsOn(table);
  const ask = asker(pool, `PostgreSQL row "${key}"`, table);
  const wakeUp = direct && wakeUpOf(direct);
  const changed = topicOf('changed', table, key);
  /** What the grant of the lock brought along, for the read that follows at once. */
  let granted: Row | undefined;
  /** The version that was written here last: its announcement is no news here. */
  let own: string | undefined;

  const parts = { ask, statements, table, wakeUp };
  const signIn = leaseCell({ ...parts, key: `lock:${key}${SIGN_IN}` });
  const cell = leaseCell({
    ...parts,
    key,
    async onGrant(row) {
      granted = row;
      // Microtasks are done before anything else comes in, so nobody can have heard of another write by then.
      for (let hop = 0; hop < AT_ONCE; hop++) await Promise.resolve();
      if (granted === row) granted = undefined;
    },
  });

  return sharedStore({
    name: key,
    // Whatever name a manager has for the session: the managers that redeem what is in this row are kept apart.
    lock: leasedLock({
      cell: (name) => (name.endsWith(SIGN_IN) ? signIn : cell),
      length: leaseOf('postgresStore', lease),
    }),
    async read() {
      const row = granted ?? (await ask(statements.read, [key]))[0];
      granted = undefined;
      return storedIn(row);
    },
    async write(record, expected) {
      const more = statementsBeside(alongside, record);
      const version = (own = crypto.randomUUID());
      granted = undefined;
      const values = [key, JSON.stringify(record), version, expected ?? null];
      const write = expected === undefined ? statements.insert : statements.update;
      const written =
        more.length === 0
          ? await ask(write, values)
          : await ask(withAlongside(write, more), [...values, ...more.flatMap(valuesOf)]);
      granted = undefined;
      if (written.length !== 1) return undefined;
      if (record.intent === undefined) wakeUp?.tell(changed, version); // a mark alone has no news for anybody
      return version;
    },
    ...(wakeUp !== undefined && { subscribe: subscriber(wakeUp, changed, () => own) }),
  });
}

const valuesOf = ({ values }: PostgresStatement): readonly unknown[] => values;

/** Tells of what others write; also of what is written here, where several managers are on this store. */
function subscriber(wakeUp: WakeUp, topic: string, own: () => string | undefined) {
  const subscribers = new Set<object>();
  return (onChange: () => void): (() => void) => {
    const subscriber = {};
    subscribers.add(subscriber);
    const stop = wakeUp.subscribe(topic, (version) => {
      if (version === undefined || version !== own() || subscribers.size > 1) onChange();
    });
    return () => {
      subscribers.delete(subscriber);
      stop();
    };
  };
}

/** A row without a record is there for its lease alone. */
function storedIn(row: Row | undefined): StoredValue | undefined {
  const record = row?.['record'] ?? undefined;
  if (record === undefined) return undefined;
  return { value: valueOf(record), version: String(row?.['version']) };
}

/** The JSON in a text; another text is given as it is, since it is for the reader to say that it is not a session. */
function valueOf(record: unknown): unknown {
  if (typeof record !== 'string') return record;
  try {
    return JSON.parse(record) as unknown;
  } catch {
    return record;
  }
}
