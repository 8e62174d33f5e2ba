import type { Tables } from '../../src/data/tables.ts';

/** A row of the audit trail. */
export interface AuditRow {
  readonly principal: string;
  readonly operation: string;
  readonly key: string;
  readonly session: string | null;
  readonly generation: number | null;
  readonly outcome: string;
  readonly calls: number;
  readonly requestId: string | null;
  readonly address: string | null;
}

/** A day in ms. */
const DAY = 86_400_000;

/** What a test looks at, and does to, the audit trail. */
export function auditOf({ query, names, dialect }: Pick<Tables, 'query' | 'names' | 'dialect'>) {
  const { audit } = names;
  const hidden = audit.replace(/"$/, '_hidden"');
  const nameIn = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
  const rows = async (): Promise<AuditRow[]> =>
    (await query(`select * from ${audit} order by at, operation, principal, address`)).map(
      (row) => ({
        principal: String(row['principal']),
        operation: String(row['operation']),
        key: String(row['key']),
        session: row['session'] as string | null,
        generation: row['generation'] === null ? null : Number(row['generation']),
        outcome: String(row['outcome']),
        calls: Number(row['calls']),
        requestId: row['request_id'] as string | null,
        address: row['address'] as string | null,
      }),
    );
  return {
    rows,
    size: async (): Promise<number> =>
      Number((await query(`select count(*) as size from ${audit}`))[0]?.['size']),
    /** What was counted, in words, over all addresses and minutes. */
    counted: async (): Promise<string[]> =>
      sumsOf(
        (await rows()).filter(({ requestId }) => requestId === null),
        ({ principal, operation, key, outcome }) => `${principal} ${operation} ${key} ${outcome}`,
      ),
    cells: async (): Promise<unknown[]> =>
      (await query(`select * from ${audit}`)).flatMap((row) => Object.values(row)),
    /** From now on it cannot be written. */
    hide: () => query(`alter table ${audit} rename to ${nameIn(hidden)}`),
    show: () => query(`alter table ${hidden} rename to ${nameIn(audit)}`),
    /** Makes the rows of a session so many days old. */
    age: (key: string, days: number) =>
      query(`update ${audit} set at = ${dialect.now} - cast($1 as bigint) where key = $2`, [
        Math.round(days * DAY),
        key,
      ]),
    /** Puts so many rows of that age into it. */
    fill: (count: number, days: number) =>
      query(
        `with recursive n(i) as (select 1 union all select i + 1 from n where i < $1)
insert into ${audit} (id, at, principal, operation, key, outcome, calls)
select cast(i as text), ${dialect.now} - cast($2 as bigint), 'all', 'read', 'acme:0', 'done', 1 from n`,
        [count, Math.round(days * DAY)],
      ),
  };
}

/** The calls of rows that read alike: a test may go on into another minute. */
export function sumsOf(rows: readonly AuditRow[], textOf: (row: AuditRow) => string): string[] {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(textOf(row), (sums.get(textOf(row)) ?? 0) + row.calls);
  return [...sums].map(([text, calls]) => `${text} ${calls}`).toSorted();
}
