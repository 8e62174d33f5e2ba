import { postgresSchema } from '@unexpired/postgres';
import { TokenError } from 'unexpired';
import { namesOf, type Names, numberIn, type Query } from './tables.ts';

/** The version of the tables that this service writes. */
export const VERSION = 1;

/**
 * The statements for your migrations on PostgreSQL: the table of sessions, as `postgresSchema()` of `@unexpired/postgres` gives
 * it, and those that the service keeps beside it, named after it. They can be run again. PostgreSQL 13 or newer. The service
 * needs `select`, `insert`, `update` and `delete` on all of them. On SQLite it makes its tables by itself.
 *
 * @throws TypeError for a name that is none. Default: `unexpired_sessions`.
 *
 * @example
 * ```ts
 * import { serviceSchema } from '@unexpired/service';
 *
 * console.log(serviceSchema('auth.sessions'));
 * ```
 */
export function serviceSchema(table?: string): string {
  const names = namesOf('serviceSchema', table);
  return postgresSchema(table) + statements(names, POSTGRES_TYPES);
}

export const sqliteSchema = (names: Names): string => statements(names, SQLITE_TYPES);

interface Types {
  readonly key: string;
  readonly change: string;
  /** For a table whose rows are written again: percent of a page that is filled at first. */
  readonly filled: (percent: number) => string;
}
const POSTGRES_TYPES: Types = {
  key: 'text collate "C"',
  change: 'xid8',
  filled: (percent) => ` with (fillfactor = ${percent})`, // room beside the row: the next write touches no index
};
const SQLITE_TYPES: Types = { key: 'text', change: 'integer', filled: () => '' };

/** A schema before a table holds for its indexes, too, and may not be repeated in their names. */
const indexOf = (table: string, what: string): string =>
  `${table.slice(table.lastIndexOf('.') + 1).slice(0, -1)}_${what}"`;

const statements = (
  { schedule, provider, replica, version, audit }: Names,
  { key, change, filled }: Types,
): string => `create table if not exists ${schedule} (
  key ${key} primary key,
  provider text not null,
  session text not null,
  generation bigint not null,
  state text not null, -- active, ended, signed_out
  issued_at bigint not null, -- moments are ms since the epoch
  expires_at bigint,
  due_at bigint, -- to be refreshed ahead; null: never
  not_before bigint not null,
  claimed_until bigint not null, -- on the clock of the database
  failures integer not null,
  changed ${change} not null
)${filled(70)};
create index if not exists ${indexOf(schedule, 'due')} on ${schedule} (provider, due_at) where due_at is not null;
create index if not exists ${indexOf(schedule, 'changed')} on ${schedule} (changed);
create table if not exists ${provider} (
  provider text primary key,
  state text not null,
  version bigint not null
);
create table if not exists ${replica} (
  id text primary key,
  version text not null,
  beat_at bigint not null
);
create table if not exists ${audit} (
  id text primary key,
  at bigint not null, -- on the clock of the database; of what is counted: when its minute began
  principal text not null, -- the id of the API key
  operation text not null, -- deposit, sign_out, reject; read, batch, state, list, events
  key ${key} not null, -- of the session; of a list or a stream: what the keys begin with
  session text,
  generation bigint,
  outcome text not null, -- done, unchanged, none, begun, or the code of the problem
  calls bigint not null,
  request_id text, -- of a change; what has none is counted
  address text
)${filled(90)};
create index if not exists ${indexOf(audit, 'key')} on ${audit} (key, at);
create index if not exists ${indexOf(audit, 'at')} on ${audit} (at);
create table if not exists ${version} (
  only_row integer primary key check (only_row = 1),
  version integer not null,
  least integer not null -- the oldest service that may write
);
insert into ${version} (only_row, version, least) values (1, ${VERSION}, ${VERSION}) on conflict (only_row) do nothing;
`;

/** Rejects where the tables are those of a newer service that this one would harm, or of an older one. */
export async function requireVersion(query: Query, { version }: Names): Promise<void> {
  const [row] = await query(`select version, least from ${version}`);
  const [found, least] = [numberIn(row?.['version'] ?? 0), numberIn(row?.['least'] ?? 0)];
  if (least > VERSION)
    throw refused(
      `they are of version ${found}, for services that know version ${least} or newer: this one knows ${VERSION}`,
    );
  if (found < VERSION)
    throw refused(`they are of version ${found}: run the statements of serviceSchema()`);
}

const refused = (why: string): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: `The tables of the service: ${why}`,
    delivery: 'answered',
  });
