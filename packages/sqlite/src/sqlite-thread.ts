import { Worker } from 'node:worker_threads';
import { nameOf } from 'unexpired/adapter';
import type { Row, SqliteThread } from './sqlite-like.ts';
import { WORKER } from './worker.ts';

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: Readonly<Record<string, unknown>>;
}
interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>;
  readonly ended: Promise<void>;
}

/**
 * Opens a database file with `node:sqlite` (Node 22.13 or newer) in a worker thread: what is slow, such as a disk that syncs,
 * stalls nothing else in the process. The file is put into WAL mode, in which readers and a writer do not wait for each other,
 * and every commit is synced (`synchronous = full`). One thread is enough for all sessions in a file; it keeps no process alive
 * while it has nothing to do. Not for network file systems, whose locks do not hold.
 *
 * Throws a `TypeError` for a path that is none. A file that cannot be opened is an error of what is asked of it.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { sqliteStore, sqliteThread } from '@unexpired/sqlite';
 *
 * const database = sqliteThread('sessions.db');
 * const tokens = createTokenManager({
 *   store: sqliteStore(database, { key: 'session:42' }),
 *   refresh: async ({ refreshToken }) => (await fetch('https://id.example.com/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 * });
 * await tokens.close();
 * await database.close();
 * ```
 */
export function sqliteThread(path: string): SqliteThread {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`sqliteThread: path: expected the name of a file, got ${nameOf(path)}`);
  if (path.includes('\0'))
    throw new TypeError('sqliteThread: path: a NUL character ends the name of a file');
  let running: Running | undefined;
  let asked = 0;

  const start = (): Running => {
    const worker = new Worker(WORKER, { eval: true, workerData: { path } });
    const waiting: Running['waiting'] = new Map();
    const end = (why: unknown): void => {
      if (running?.worker === worker) running = undefined;
      for (const { reject } of waiting.values()) reject(why);
      waiting.clear();
    };
    const ended = new Promise<void>((resolve) => {
      worker.once('error', end);
      worker.once('exit', () => {
        end(new Error('the thread of the database has ended'));
        resolve();
      });
    });
    worker.on('message', ({ id, value, error }: Reply) => {
      const asking = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0) worker.unref();
      if (error === undefined) asking?.resolve(value);
      else asking?.reject(error);
    });
    worker.unref(); // last, since a listener to messages refs it: it keeps nothing alive until something is asked
    return { worker, waiting, ended };
  };

  const ask = (what: object, { worker, waiting } = (running ??= start())): Promise<unknown> => {
    const id = ++asked;
    return new Promise((resolve, reject) => {
      worker.postMessage({ id, ...what }); // first: it throws for what cannot be cloned, and then nobody waits for an answer
      waiting.set(id, { resolve, reject });
      worker.ref(); // a process that ends while something is written loses it
    });
  };

  return {
    exec: (sql) => ask({ kind: 'exec', sql }),
    run: async (sql, values) => Number(await ask({ kind: 'run', sql, values })),
    get: async (sql, values) => (await ask({ kind: 'get', sql, values })) as Row | undefined,
    all: async (sql, values) => (await ask({ kind: 'all', sql, values })) as readonly Row[],
    together: async (first, others) => Number(await ask({ kind: 'together', first, others })),
    async close() {
      const closing = running;
      if (closing === undefined) return;
      running = undefined; // what is asked from now on is asked of another one
      await ask({ kind: 'close' }, closing);
      closing.worker.ref(); // who waits for its end is not left waiting
      await closing.ended;
    },
  };
}
