import { tableOf } from './options.ts';

/**
 * The statements for your migrations: the table that {@link postgresStore} and {@link postgresLock} work on. It can be run
 * again. PostgreSQL 13 or newer. The application needs `select`, `insert`, `update` and `delete` on the table.
 *
 * Throws a `TypeError` for a name that is none. Default: `unexpired_sessions`.
 *
 * @example
 * ```ts
 * import { postgresSchema } from '@unexpired/postgres';
 *
 * console.log(postgresSchema('auth.sessions'));
 * ```
 */
export function postgresSchema(table?: string): string {
  return `create table if not exists ${tableOf('postgresSchema', table)} (
  key text collate "C" primary key,
  record text, -- JSON as text: jsonb stores no \\u0000, and changes numbers
  version text not null default gen_random_uuid()::text, -- another one with every write
  written_at timestamptz not null default now(),
  lease_owner text,
  lease_until timestamptz
) with (fillfactor = 70); -- room for leases beside the row, so that they touch no index
`;
}
