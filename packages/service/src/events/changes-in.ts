import { numberIn, type Tables } from '../data/tables.ts';
import type { State } from '../row.ts';

/** What became of a session. No token. */
export interface Change {
  readonly key: string;
  readonly session: string;
  readonly generation: number;
  readonly state: State;
  /** Differs with every write of the row. */
  readonly mark: string;
}

export interface Changes {
  /** From where changes have to be read next: everything before it is over. The same at every replica. */
  readonly position: string;
  /** Some may have been read before. */
  readonly changes: readonly Change[];
  /** There were more than were asked for: anything may have changed. */
  readonly isPart: boolean;
}

/** A position, as a client gives it back: whatever else there is, is none. */
export const isPosition = (text: string): boolean => /^\d{1,19}$/.test(text);

/** Reads what has changed since a position, at most `most`. `undefined`: from now on. */
export async function changesSince(
  { query, names, dialect }: Tables,
  position: string | undefined,
  most: number,
): Promise<Changes> {
  const { schedule } = names;
  const now = `select ${dialect.position} as position`;
  if (position === undefined) {
    const [row] = await query(now);
    return { position: String(row?.['position']), changes: [], isPart: false };
  }
  const rows = await query(
    `select p.position, s.key, s.session, s.generation, s.state, cast(s.changed as text) as mark
from (${now}) as p left join ${schedule} as s on s.changed >= ${dialect.positionOf('$1')} order by s.changed limit $2`,
    [position, most + 1],
  );
  return {
    isPart: rows.length > most,
    position: String(rows[0]?.['position']),
    changes: rows
      .filter((row) => typeof row['key'] === 'string')
      .map((row) => ({
        key: String(row['key']),
        session: String(row['session']),
        generation: numberIn(row['generation']),
        state: String(row['state']) as State,
        mark: String(row['mark']),
      })),
  };
}
