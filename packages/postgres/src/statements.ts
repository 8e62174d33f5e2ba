/** What is asked of the table, one statement each, so that each is right on its own behind a pooler in transaction mode. */
export interface Statements {
  /** $1 key. */
  readonly read: string;
  /** $1 key, $2 record, $3 version, $4 null. A row: written. */
  readonly insert: string;
  /** $1 key, $2 record, $3 version, $4 expected version. A row: written. */
  readonly update: string;
  /**
   * $1 key, $2 owner, $3 ms. `granted`, with the record as it is at this moment, which spares the reading; or `remaining`,
   * the ms for which somebody else has it; no row: somebody else has just got it.
   */
  readonly obtain: string;
  /** $1 key, $2 owner, $3 ms. A row: renewed. */
  readonly renew: string;
  /** $1 key, $2 owner. A row without a record was there for the lease alone. */
  readonly release: string;
}

// clock_timestamp(), because now() is when the statement began, and it may have waited for the row since.
const UNTIL = `clock_timestamp() + $3::float8 * interval '1 ms'`;

/** `table`: its name, quoted. */
export const statementsOn = (table: string): Statements => ({
  read: `select record, version from ${table} where key = $1`,
  insert: `insert into ${table} as s (key, record, version) values ($1, $2, $3)
on conflict (key) do update set record = excluded.record, version = excluded.version, written_at = now()
where s.record is null and $4::text is null returning 1`,
  update: `update ${table} set record = $2, version = $3, written_at = now()
where key = $1 and version = $4 and record is not null returning 1`,
  obtain: `with got as (
insert into ${table} as s (key, lease_owner, lease_until) values ($1, $2, ${UNTIL})
on conflict (key) do update set lease_owner = excluded.lease_owner, lease_until = ${UNTIL}
where s.lease_owner is null or s.lease_owner = excluded.lease_owner or s.lease_until <= clock_timestamp()
returning record, version)
select true as granted, record, version, null::float8 as remaining from got
union all
select false, null, null, (extract(epoch from lease_until - clock_timestamp()) * 1000)::float8
from ${table} where key = $1 and lease_owner is not null and not exists (select from got)`,
  renew: `update ${table} set lease_until = ${UNTIL} where key = $1 and lease_owner = $2 returning 1`,
  release: `with gone as (delete from ${table} where key = $1 and lease_owner = $2 and record is null)
update ${table} set lease_owner = null, lease_until = null where key = $1 and lease_owner = $2 and record is not null`,
});

/** Writes, and carries out other statements beside it where that was written. */
export const withAlongside = (
  write: string,
  alongside: readonly { readonly text: string }[],
): string => {
  const all = alongside.map(({ text }, index) => `, alongside_${index} as (${text})`);
  return `with written as (${write})${all.join('')} select 1 from written`;
};
