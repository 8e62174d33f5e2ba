import type { PostgresStatement } from '@unexpired/postgres';
import type { Tables, Value } from '../data/tables.ts';
import type { About, Changing } from './call.ts';
import { addressOf, type Counted } from './counts.ts';

/** The row of a change. */
export interface ChangeRow {
  readonly call: Changing;
  readonly about: About;
  readonly outcome: string;
}

/** How a change that was begun has ended. */
export interface Ended {
  readonly requestId: string;
  readonly outcome: string;
}

/** The audit trail in the database. Every method rejects with a `TokenError`. */
export interface AuditRows {
  /** How a change that was begun has ended. */
  end(requestId: string, outcome: string): Promise<void>;
  add(counted: readonly Counted[]): Promise<void>;
  /** Deletes rows that are older than so many ms, at most `most`; gives how many. */
  drop(age: number, most: number): Promise<number>;
}

/** Puts the row of a change beside what it changes. `first`: the number of its first parameter. */
export function changeStatement(
  { names, dialect }: Pick<Tables, 'names' | 'dialect'>,
  { call, about, outcome }: ChangeRow,
  from: { readonly first: number; readonly rows: string },
): PostgresStatement & { readonly values: readonly Value[] } {
  const { requestId, principal, operation, key, address } = call;
  const parameter = (index: number, type = 'text'): string =>
    `cast($${from.first + index} as ${type})`;
  return {
    values: [
      ...[requestId, principal, operation, key, about.session, about.generation],
      ...[outcome, addressOf(address)],
    ],
    text: `insert into ${names.audit} (id, at, principal, operation, key, session, generation, outcome, calls, request_id, address)
select ${parameter(0)}, ${dialect.now}, ${parameter(1)}, ${parameter(2)}, ${parameter(3)}, ${parameter(4)}, ${parameter(5, 'bigint')},
${parameter(6)}, 1, ${parameter(0)}, ${parameter(7)} ${from.rows} on conflict (id) do nothing`,
  };
}

/** Says in the row of a change how that has ended. */
export const endStatement = (
  { names }: Pick<Tables, 'names'>,
  { requestId, outcome }: Ended,
  from: { readonly first: number; readonly rows: string },
): PostgresStatement & { readonly values: readonly Value[] } => ({
  values: [requestId, outcome],
  text: `update ${names.audit} set outcome = cast($${from.first + 1} as text) ${from.rows} and id = cast($${from.first} as text)`,
});

/**
 * Deletes what is older than so many ms ($1), at most so many rows ($2). The moment is a query of its own: a clock that moves within
 * a statement is nothing that PostgreSQL looks for in an index, and it would go through the whole table where nothing is too old.
 */
export const dropStatement = ({
  names: { audit },
  dialect,
}: Pick<Tables, 'names' | 'dialect'>): string => `delete from ${audit} where id in
(select id from ${audit} where at < (select ${dialect.now} - cast($1 as bigint)) order by at limit $2) returning id`;

const COUNTED = {
  id: 'text',
  age: 'bigint',
  principal: 'text',
  operation: 'text',
  key: 'text',
  session: 'text',
  generation: 'bigint',
  outcome: 'text',
  address: 'text',
  calls: 'bigint',
} as const;

export function auditRows(tables: Tables): AuditRows {
  const { query, names, dialect } = tables;
  const { audit } = names;
  const same = 'principal, operation, key, session, generation, outcome, address';
  // The minute is that of the database's clock, which is the same for all replicas. They write the same rows, in one order.
  const add = `insert into ${audit} as a (id, at, ${same}, calls)
select m.id || '.' || m.minute, m.minute, ${same}, sum(calls)
from (select r.*, (n.now - r.age) / 60000 * 60000 as minute from (select ${dialect.now} as now) as n
cross join ${dialect.rowsOf('$1', COUNTED)}) as m where true
group by m.id, m.minute, ${same} order by 1
on conflict (id) do update set calls = a.calls + excluded.calls`;
  const drop = dropStatement(tables);
  return {
    async end(requestId, outcome) {
      const end = { requestId, outcome };
      const { text, values } = endStatement(tables, end, { first: 1, rows: 'where true' });
      await query(text, values);
    },
    add: async (counted) => void (await query(add, [JSON.stringify(counted)])),
    drop: async (age, most) => (await query(drop, [age, most])).length,
  };
}
