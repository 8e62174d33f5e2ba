import { describe, expect, it } from '@jest/globals';
import { type SqliteLike, sqliteQuery, sqliteStore, sqliteThread } from '../src/index.ts';

const database: SqliteLike = {
  exec: () => undefined,
  prepare: () => ({ get: () => undefined, all: () => [], run: () => ({ changes: 0 }) }),
};

const LATER =
  'database: expected one with exec() and prepare(), as node:sqlite, bun:sqlite and better-sqlite3 have them, or a sqliteThread(), got one that answers later, with promises or callbacks';
/** What `open()` of the package `sqlite` gives: each method gives a promise. */
const likeThePackageSqlite = () => ({
  exec: async () => undefined,
  run: async () => ({ changes: 1, lastID: 1 }),
  get: async () => undefined,
  all: async () => [],
  each: async () => 0,
  prepare: async () => ({}),
  close: async () => undefined,
});
/** A `Database` of the package `sqlite3`: each method takes a callback, and gives the database. */
const likeThePackageSqlite3 = () => {
  const database = {};
  for (const name of ['exec', 'run', 'get', 'all', 'each', 'prepare', 'close'])
    Object.assign(database, { [name]: () => database });
  return database;
};

describe('what is given to sqliteStore, sqliteQuery and sqliteThread', () => {
  it.each<[string, () => unknown]>([
    [
      'sqliteStore: database: expected one with exec() and prepare(), as node:sqlite, bun:sqlite and better-sqlite3 have them, or a sqliteThread(), got undefined',
      () => sqliteStore(undefined as never, { key: 'a' }),
    ],
    [
      'sqliteStore: database: expected one with exec() and prepare(), as node:sqlite, bun:sqlite and better-sqlite3 have them, or a sqliteThread(), got string',
      () => sqliteStore('sessions.db' as never, { key: 'a' }),
    ],
    [
      'sqliteStore: key: expected a string that is not empty, got undefined',
      () => sqliteStore(database, undefined as never),
    ],
    [
      'sqliteStore: key: expected a string that is not empty, got an empty string',
      () => sqliteStore(database, { key: '' }),
    ],
    [
      'sqliteStore: key: a NUL character ends a text in SQLite',
      () => sqliteStore(database, { key: 'a\0b' }),
    ],
    [
      'sqliteStore: key: half of a surrogate pair is no character',
      () => sqliteStore(database, { key: 'a\ud83d' }),
    ],
    [
      'sqliteStore: lease: expected ms, at least 100, got 99',
      () => sqliteStore(database, { key: 'a', lease: 99 }),
    ],
    [
      'sqliteStore: table: expected a name of letters, digits and _, got another text',
      () => sqliteStore(database, { key: 'a', table: 'a"; drop table b; --' }),
    ],
    [
      'sqliteThread: path: expected the name of a file, got an empty string',
      () => sqliteThread(''),
    ],
    [
      'sqliteStore: there is no option "tabel"; the options are key, table, lease, alongside',
      () => sqliteStore(database, { key: 'a', tabel: 'b' } as never),
    ],
    [
      'sqliteStore: alongside: expected a function, got string',
      () => sqliteStore(database, { key: 'a', alongside: 'x' as never }),
    ],
    [
      'sqliteStore: alongside: expected a function, got null',
      () => sqliteStore(database, { key: 'a', alongside: null as never }),
    ],
    [`sqliteStore: ${LATER}`, () => sqliteStore(likeThePackageSqlite() as never, { key: 'a' })],
    [`sqliteStore: ${LATER}`, () => sqliteStore(likeThePackageSqlite3() as never, { key: 'a' })],
    [
      `sqliteQuery: ${LATER}`,
      () => sqliteQuery(likeThePackageSqlite3() as never, { what: 'The list', schema: '' }),
    ],
    ['sqliteThread: path: a NUL character ends the name of a file', () => sqliteThread('a\0b')],
    [
      'sqliteQuery: expected an object, got undefined',
      () => sqliteQuery(database, undefined as never),
    ],
    [
      'sqliteQuery: what: expected a string that is not empty, got undefined',
      () => sqliteQuery(database, { schema: '' } as never),
    ],
    [
      'sqliteQuery: schema: expected a text of SQL, got undefined',
      () => sqliteQuery(database, { what: 'The list' } as never),
    ],
    [
      'sqliteQuery: there is no option "scheme"; the options are what, schema',
      () => sqliteQuery(database, { what: 'The list', schema: '', scheme: '' } as never),
    ],
  ])('is checked at once: %s', (message, run) => {
    expect(run).toThrow(new TypeError(message));
  });

  it('names the store by its key, and starts no thread until something is asked', async () => {
    const thread = sqliteThread('nowhere/sessions.db');
    expect(sqliteStore(thread, { key: 'session:42' }).name).toBe('session:42');
    await thread.close();
  });
});
