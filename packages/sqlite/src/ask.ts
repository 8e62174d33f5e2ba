import { systemClock } from 'unexpired/adapter';
import { isBusy, isTableGone, sqliteDown } from './failure.ts';
import { fileOf, isEmpty } from './file.ts';
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
  /** Where the table was made. */
  let made: { readonly file: string | undefined } | undefined;
  const make = async (): Promise<void> => {
    await sql.exec(schema);
    made = { file: await fileOf(sql) };
  };
  /** Is this another database than the one in which it was made? A table that somebody has dropped is not made again. */
  const isReplaced = async (): Promise<boolean> =>
    (await isEmpty(sql)) || (await fileOf(sql)) !== made?.file;

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
        let wasMade = false;
        for (let pause = 1; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
          try {
            if (made === undefined) {
              await make();
              wasMade = true;
            }
            return await run(sql);
          } catch (error) {
            if (over) throw error;
            if (isBusy(error)) busy = error;
            else if (!wasMade && isTableGone(error) && (await isReplaced())) made = undefined;
            else throw error;
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
