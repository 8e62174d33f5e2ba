import { systemClock } from 'unexpired/adapter';
import { ANSWER_LIMIT } from './ask.ts';
import type { ListeningConnection, PostgresLike, PostgresPool } from './postgres-like.ts';

/** Ms: the first pause before a connection that was lost is made again, and the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** One connection that listens to a channel for as long as it is wanted, and is made again when it was lost. */
export interface Listening extends PostgresLike {
  /** `true`: it listens already. */
  start(): boolean;
  stop(): void;
}

/** Rejects where there is no answer within {@link ANSWER_LIMIT}, after `onSilence`. */
const limited = <T>(answer: Promise<T>, onSilence = (): void => undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const silent = (): void => {
      onSilence();
      reject(new Error(`PostgreSQL gave no answer within ${ANSWER_LIMIT} ms`));
    };
    const cancel = systemClock.setTimeout(silent, ANSWER_LIMIT, true);
    answer.finally(cancel).then(resolve, reject);
  });

export function listenOn(
  pool: PostgresPool,
  channel: string,
  on: {
    readonly heard: (payload: string) => void;
    /** It listens now, and did not a moment ago. */
    readonly mayHaveMissed: () => void;
  },
): Listening {
  /** What the present `start` runs until; another one, or none: it is over. */
  let current: { leave: () => void } | undefined;
  let connection: ListeningConnection | undefined;

  /** Resolves when the connection is lost, or nobody wants it any more. */
  const listen = async (run: { leave: () => void }): Promise<boolean> => {
    const made = await pool.connect();
    try {
      const over = new Promise<void>((resolve) => {
        run.leave = resolve;
        made.on('error', () => resolve()); // without a listener it would end the process
        made.on('end', () => resolve());
      });
      made.on('notification', ({ payload }) => on.heard(payload ?? ''));
      if (current !== run) return true;
      // A connection that went silent tells nobody: neither who leaves nor who waits for news is left with it.
      const listens = limited(made.query(`listen ${channel}`)).then(() => true);
      if (!(await Promise.race([listens, over.then(() => false)]))) return false;
      if (current !== run) return true;
      connection = made;
      on.mayHaveMissed();
      await over;
      return true;
    } finally {
      if (connection === made) connection = undefined;
      made.release(true);
    }
  };

  const keep = async (run: { leave: () => void }): Promise<void> => {
    for (let pause = FIRST_PAUSE; current === run; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      if (await listen(run).catch(() => false)) pause = FIRST_PAUSE;
      if (current !== run) return;
      await new Promise<void>((resolve) => {
        const cancel = systemClock.setTimeout(resolve, pause * (0.5 + Math.random() / 2), true);
        run.leave = () => {
          cancel();
          resolve();
        };
      });
    }
  };

  return {
    // Where it listens, its own connection tells, too: a pool of one has no other. Where that one fails or is silent, any other.
    async query(text, values) {
      const own = connection;
      if (own === undefined) return pool.query(text, values);
      const replace = (): void => void (connection === own && current?.leave()); // it hears nothing either
      try {
        return await limited(own.query(text, values), replace);
      } catch {
        return pool.query(text, values);
      }
    },
    start() {
      if (current === undefined) {
        current = { leave: () => undefined };
        void keep(current);
      }
      return connection !== undefined;
    },
    stop() {
      const run = current;
      current = undefined;
      run?.leave();
    },
  };
}
