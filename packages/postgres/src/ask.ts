import { systemClock } from 'unexpired/adapter';
import { isTransient, type Named, postgresDown } from './failure.ts';
import type { PostgresLike } from './postgres-like.ts';

/** Ms that PostgreSQL gets for one answer: a pool waits for a free connection for ever, if it is not told otherwise. */
export const ANSWER_LIMIT = 5000;
/** Ms: the longest pause before a statement that collided with others is sent again. */
const LONGEST_PAUSE = 200;

export type Row = Readonly<Record<string, unknown>>;

/**
 * One statement, and its rows. Rejects with a typed error when PostgreSQL cannot be asked. `late` gets the rows that come after
 * that, since a statement that was given up is carried out all the same.
 */
export type Ask = (
  text: string,
  values: readonly unknown[],
  late?: (rows: readonly Row[]) => unknown,
) => Promise<readonly Row[]>;

/** `where` begins the messages; `table`: its name, quoted. */
export function asker(
  pool: PostgresLike,
  where: string,
  table: string,
  schema = 'postgresSchema()',
): Ask {
  const named: Named = { table, schema };
  const until = async (text: string, values: readonly unknown[], over: () => boolean) => {
    for (let pause = 5; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      try {
        const { rows } = await pool.query(text, [...values]);
        return rows as readonly Row[];
      } catch (error) {
        if (!isTransient(error) || over()) throw error;
      }
      await new Promise<void>((resolve) =>
        systemClock.setTimeout(resolve, pause * Math.random(), true),
      );
    }
  };

  return (text, values, late) =>
    new Promise((resolve, reject) => {
      let over = false;
      const fail = (error: unknown): void => reject(postgresDown(where, named, error));
      const cancel = systemClock.setTimeout(
        () => {
          over = true;
          fail(new Error(`PostgreSQL gave no answer within ${ANSWER_LIMIT} ms`));
        },
        ANSWER_LIMIT,
        true,
      );
      until(text, values, () => over)
        .finally(cancel)
        .then((rows) => (over ? late?.(rows) : resolve(rows)), fail);
    });
}
