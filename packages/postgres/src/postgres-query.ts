import { check, checkNames, isName } from 'unexpired/adapter';
import { asker } from './ask.ts';
import { type PostgresLike, requirePool } from './postgres-like.ts';

/** One statement with its parameters `$1`, `$2` and so on; gives its rows. */
export type PostgresQuery = (
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/**
 * Asks tables of your own beside the sessions as {@link postgresStore} asks its own: a statement that collides with others
 * (`40001`, `40P01`) is sent again, and one that gets no answer within 5,000 ms, or is refused, rejects with
 * ERR_REFRESH_UNAVAILABLE, whose causes quote no row. `what` begins the messages; `schema` says what makes the tables.
 *
 * @throws TypeError for a pool that is none, and for an option that is wrong.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg';
 * import { postgresQuery } from '@unexpired/postgres';
 *
 * const query = postgresQuery(new Pool(), { what: 'The list', schema: 'migration 7' });
 * const rows = await query('select name from connections where owner = $1', ['ada']);
 * ```
 */
export function postgresQuery(
  pool: PostgresLike,
  options: { readonly what: string; readonly schema: string },
): PostgresQuery {
  requirePool('postgresQuery: pool', pool, ['query']);
  checkNames('postgresQuery', options, ['what', 'schema']);
  check('postgresQuery: what', options.what, isName);
  check('postgresQuery: schema', options.schema, isName);
  const ask = asker(pool, options.what, 'that was asked', options.schema);
  return (text, values = []) => ask(text, values);
}
