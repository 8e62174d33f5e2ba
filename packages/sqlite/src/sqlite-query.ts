import { asker } from './ask.ts';
import {
  type Row,
  type SqliteLike,
  type SqliteThread,
  type SqliteValue,
  sqlOf,
} from './sqlite-like.ts';

/** One statement with a value for each `?`; gives its rows. */
export type SqliteQuery = (sql: string, values?: readonly SqliteValue[]) => Promise<readonly Row[]>;

/**
 * Asks tables of your own beside the sessions as {@link sqliteStore} asks its own: another process that writes is waited for
 * without holding the event loop, for up to 5,000 ms; then, and where it is refused, it rejects with ERR_REFRESH_UNAVAILABLE.
 * `what` begins the messages; `schema` is run before the first statement, and has to be fit to be run again.
 *
 * @throws TypeError for a database that is none.
 *
 * @example
 * ```ts
 * import { sqliteQuery, sqliteThread } from '@unexpired/sqlite';
 *
 * const query = sqliteQuery(sqliteThread('sessions.db'), {
 *   what: 'The list',
 *   schema: 'create table if not exists connections (owner text, name text)',
 * });
 * const rows = await query('select name from connections where owner = ?', ['ada']);
 * ```
 */
export function sqliteQuery(
  database: SqliteLike | SqliteThread,
  { what, schema }: { readonly what: string; readonly schema: string },
): SqliteQuery {
  const ask = asker(sqlOf('sqliteQuery', database), what, 'that was asked', schema);
  return (sql, values = []) => ask(({ all }) => all(sql, values));
}
