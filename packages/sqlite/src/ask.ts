import { systemClock } from 'unexpired/adapter';
import { isBusy, sqliteDown } from './failure.ts';
import type { Sql } from './sqlite-like.ts';
import { tableStatement } from './statements.ts';

/** Ms that the database gets for one answer. */
export const ANSWER_LIMIT = 5000;
/** Ms: the longest pause before a busy database is asked again. */
const LONGEST_PAUSE = 50;

/**
 * Runs something on the database, whose table is there by then. Somebody else who writes is waited for without holding the event
 * loop. Rejects with a typed error after {@link ANSWER_LIMIT}. `late` gets what comes after that.
 */
export type Ask = <T>(run: (sql: Sql) => Promise<T>, late?: (value: T) => unknown) => Promise<T>;

/** `where` begins the messages; `table`: its name, quoted; `schema` makes it. */
export function asker(sql: Sql, where: string, table: string, schema = tableStatement(table)): Ask {
  let isThere = false;

  return <T>(run: (sql: Sql) => Promise<T>, late?: (value: T) => unknown) =>
    new Promise<T>((resolve, reject) => {
      let over = false;
      let busy: unknown;
      const fail = (error: unknown): void => reject(sqliteDown(where, table, error));
      const cancel = systemClock.setTimeout(
        () => {
          over = true;
          fail(busy ?? new Error(`no answer within ${ANSWER_LIMIT} ms`));
        },
        ANSWER_LIMIT,
        true,
      );
      const again = async (): Promise<T> => {
        for (let pause = 1; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
          try {
            if (!isThere) await sql.exec(schema);
            isThere = true;
            return await run(sql);
          } catch (error) {
            if (!isBusy(error) || over) throw error;
            busy = error;
          }
          await new Promise<void>((resume) =>
            systemClock.setTimeout(resume, pause * (0.5 + Math.random() / 2), true),
          );
        }
      };
      again()
        .finally(cancel)
        .then((value) => (over ? late?.(value) : resolve(value)), fail);
    });
}
