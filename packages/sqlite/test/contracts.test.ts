import { DatabaseSync } from 'node:sqlite';
import { describe, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { lockContract, type LockPlace, storeContract } from '@unexpired/testing';
import type { RefreshLock } from 'unexpired';
import { newFolder } from '../../node/test/support/folder.ts';
import { type SqliteLike, sqliteStore, type SqliteThread, sqliteThread } from '../src/index.ts';
import { start } from './support/programs.ts';

/** Ms: a third of it is over before the next renewal, so that a busy machine has 4 s for that. */
const lease = 6000;
/** Ms: that of a process which is killed, and has to run out. Its process has nothing else to do than to renew it, in 2 s. */
const shortLease = 3000;
/** Ms: a busy machine may take long to start a program. */
const timeout = 15_000;

/** A database as one way gives it, and how to get rid of it. */
interface Opened {
  readonly database: SqliteLike | SqliteThread;
  close(): unknown;
}

const directly = (file: string): Opened & { readonly database: DatabaseSync } => {
  const database = new DatabaseSync(file, { timeout: 0 });
  return { database, close: () => database.close() };
};

const withBetterSqlite = (file: string): Opened => {
  const database = new Database(file, { timeout: 0 });
  return { database, close: () => database.close() };
};

/** What Bun does otherwise: nothing found is null, and a method may not be taken from its object. */
const likeBun = (file: string): Opened => {
  const { database, close } = directly(file);
  return {
    close,
    database: {
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        const statement = database.prepare(sql);
        return {
          get: (...values) => statement.get(...values) ?? null,
          all: (...values) => statement.all(...values),
          run: (...values) => ({ changes: Number(statement.run(...values).changes) }),
        };
      },
    },
  };
};

const inThread = (file: string): Opened => {
  const database = sqliteThread(file);
  return { database, close: () => database.close() };
};

/** Locks are the stores' own, one a key: the lock `one` is the one of the session `one`. */
const lockOn = (database: SqliteLike | SqliteThread): RefreshLock => ({
  async request(name, options, task) {
    const { lock } = sqliteStore(database, { key: name, lease });
    if (lock === undefined) throw new Error('no lock');
    return lock.request(name, options, task);
  },
});

describe.each<[string, (file: string) => Opened]>([
  ['node:sqlite in a thread', inThread],
  ['node:sqlite as it is', directly],
  ['better-sqlite3', withBetterSqlite],
  ['a database in the shape of bun:sqlite', likeBun],
])('%s', (_way, openWay) => {
  interface Place {
    readonly file: string;
    open(): SqliteLike | SqliteThread;
    close(): Promise<void>;
  }
  const newPlace = async (): Promise<Place> => {
    const folder = await newFolder();
    const file = folder.at('sessions.db');
    const opened: Opened[] = [];
    return {
      file,
      open() {
        const one = openWay(file);
        opened.push(one);
        return one.database;
      },
      async close() {
        await Promise.all(opened.map((one) => one.close()));
        await folder.remove();
      },
    };
  };

  storeContract(
    { describe, it },
    {
      name: 'sqliteStore',
      timeout,
      async create() {
        const { open, close } = await newPlace();
        return { close, open: () => sqliteStore(open(), { key: 'contract {ü*?\'"}' }) };
      },
    },
  );

  // Their lock asks the same statements of the same methods.
  if (openWay === likeBun || openWay === withBetterSqlite) return;
  lockContract(
    { describe, it },
    {
      name: 'the lock of sqliteStore',
      timeout,
      async create(): Promise<LockPlace & { readonly file: string }> {
        const { open, close, file } = await newPlace();
        return { file, close, open: () => lockOn(open()) };
      },
      async holdElsewhere(place, key) {
        const { file } = place as LockPlace & { readonly file: string };
        const program = start('lock-holder', [JSON.stringify({ file, key, lease: shortLease })]);
        await program.next('held');
        return program.kill;
      },
      async counting(place) {
        const { database } = directly((place as LockPlace & { readonly file: string }).file);
        let asked = 0;
        const counted: SqliteLike = {
          exec: (sql) => database.exec(sql),
          prepare(sql) {
            const statement = database.prepare(sql);
            return {
              get: (...values) => statement.get(...values),
              all: (...values) => statement.all(...values),
              run: (...values) => (asked++, statement.run(...values)),
            };
          },
        };
        return { lock: lockOn(counted), asked: () => asked };
      },
      async loseLease(place, key) {
        const { database, close } = directly((place as LockPlace & { readonly file: string }).file);
        database.exec('pragma busy_timeout = 5000');
        database.prepare('delete from unexpired_sessions where key = ?').run(key);
        close();
      },
      async down() {
        const folder = await newFolder();
        await folder.remove();
        return lockOn(sqliteThread(folder.at('sessions.db'))); // a folder that is not there
      },
    },
  );
});
