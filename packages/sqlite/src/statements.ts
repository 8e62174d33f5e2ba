/** What is asked of the table: one statement each, so that no transaction is open while anything is waited for. */
export interface Statements {
  /** key */
  readonly read: string;
  /** key, record, version */
  readonly insert: string;
  /** record, version, key, expected version */
  readonly update: string;
  /** key, owner, ms */
  readonly obtain: string;
  /** key. Gives the ms that are left. */
  readonly lease: string;
  /** ms, key, owner */
  readonly renew: string;
  /** key, owner */
  readonly free: string;
  /** key, owner: a row that was there for the lease alone. */
  readonly remove: string;
}

export const tableStatement = (table: string): string => `create table if not exists ${table} (
  key text primary key,
  record text,
  version text,
  lease_owner text,
  lease_from integer,
  lease_until integer
)`;

/** Ms since the epoch, when the statement runs: one that was prepared before may run after others. The same for all processes of the machine. */
const NOW = `cast((julianday('now') - 2440587.5) * 86400000 as integer)`;
/** Ms. A lease that begins later than this from now was taken before somebody set the clock back, and would not end for as long. */
const SET_BACK = 60_000;

/** The version as a text that no other one has: somebody else may have put none there, an empty text, or bytes. */
const VERSION = `case typeof(version) when 'text' then '=' || version else quote(version) end`;
/** What is read where this one was written. */
export const asRead = (version: string): string => `=${version}`;

export const statementsOn = (table: string): Statements => ({
  read: `select record, ${VERSION} as version from ${table} where key = ?`,
  insert: `insert into ${table} (key, record, version) values (?, ?, ?)
on conflict (key) do update set record = excluded.record, version = excluded.version where record is null`,
  update: `update ${table} set record = ?, version = ? where key = ? and ${VERSION} = ? and record is not null`,
  obtain: `insert into ${table} (key, lease_owner, lease_from, lease_until) values (?, ?, ${NOW}, ${NOW} + ?)
on conflict (key) do update set lease_owner = excluded.lease_owner, lease_from = excluded.lease_from, lease_until = excluded.lease_until
where lease_owner is null or lease_owner = excluded.lease_owner
or lease_until <= excluded.lease_from or lease_from > excluded.lease_from + ${SET_BACK}`,
  lease: `select lease_until - ${NOW} as left from ${table} where key = ? and lease_owner is not null`,
  renew: `update ${table} set lease_from = ${NOW}, lease_until = ${NOW} + ? where key = ? and lease_owner = ?`,
  free: `update ${table} set lease_owner = null, lease_from = null, lease_until = null
where key = ? and lease_owner = ? and record is not null`,
  remove: `delete from ${table} where key = ? and lease_owner = ? and record is null`,
});
