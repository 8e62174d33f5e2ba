import { numberIn, type Tables } from './tables.ts';

/** A replica that has been heard of lately. */
export interface Replica {
  readonly id: string;
  /** Of the service. */
  readonly version: string;
  /** Ms since it was heard of, on the database's clock. */
  readonly age: number;
}

export interface Replicas {
  /** Says that this one lives; gives all that do, this one among them. */
  beat(): Promise<readonly Replica[]>;
  /** It ends. */
  leave(): Promise<void>;
}

/** Ms without a sign after which a replica counts as gone, and after which its row goes. */
const GONE = 15_000;
const FORGOTTEN = 3_600_000;

export function replicasIn(
  { query, names, dialect }: Tables,
  own: { readonly id: string; readonly version: string },
): Replicas {
  const { replica } = names;
  return {
    async beat() {
      await query(
        `insert into ${replica} (id, version, beat_at) values ($1, $2, ${dialect.now})
on conflict (id) do update set beat_at = excluded.beat_at, version = excluded.version`,
        [own.id, own.version],
      );
      await query(`delete from ${replica} where beat_at < ${dialect.now} - ${FORGOTTEN}`);
      const rows = await query(
        `select id, version, ${dialect.now} - beat_at as age from ${replica} where beat_at > ${dialect.now} - ${GONE} order by id`,
      );
      return rows.map((row) => ({
        id: String(row['id']),
        version: String(row['version']),
        age: Math.max(0, numberIn(row['age'])),
      }));
    },
    leave: async () => void (await query(`delete from ${replica} where id = $1`, [own.id])),
  };
}
