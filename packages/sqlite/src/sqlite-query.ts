import { check, checkNames, isName, type Kind, unless } from 'unexpired/adapter';
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
 * @throws TypeError for a database that is none, and for an option that is wrong.
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
  options: { readonly what: string; readonly schema: string },
): SqliteQuery {
  const sql = sqlOf('sqliteQuery', database);
  checkNames('sqliteQuery', options, ['what', 'schema']);
  check('sqliteQuery: what', options.what, isName);
  check('sqliteQuery: schema', options.schema, isText);
  const ask = asker(sql, options.what, 'that was asked', options.schema);
  return (statement, values = []) => ask(({ all }) => all(statement, values));
}

/** An empty one makes nothing, which may be what is wanted. */
const isText: Kind = (value) => unless(typeof value === 'string', 'a text of SQL', value);
