import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recordOf } from '../../node/test/support/records.ts';
import { type SqliteLike, sqliteQuery, sqliteStore } from '../src/index.ts';

describe('an open database', () => {
  let database: DatabaseSync;
  beforeEach(() => void (database = new DatabaseSync(':memory:')));
  afterEach(() => database.close());

  it.each<[string, object]>([
    ['lists', { returnArrays: true }],
    ['large integers', { readBigInts: true }],
  ])('that was opened to give %s is read as any other', async (_what, options) => {
    const opened = new DatabaseSync(':memory:', options);
    const store = sqliteStore(opened, { key: 'a' });
    const record = recordOf(1);
    const version = await store.write(record, undefined);
    expect(await store.read()).toEqual({ value: record, version });
    const list = { what: 'The list', schema: 'create table if not exists list (name text)' };
    const query = sqliteQuery(opened, list);
    const [row] = await query("insert into list values ('a') returning name");
    expect(row?.['name']).toBe('a');
    opened.close();
  });

  const late = (name: 'exec' | 'prepare' | 'get' | 'run'): SqliteLike => ({
    exec: (sql) => (name === 'exec' ? Promise.reject(new Error('late')) : database.exec(sql)),
    prepare(sql) {
      const statement = database.prepare(sql);
      const made = {
        get: (...values: never[]) =>
          name === 'get' ? Promise.resolve() : statement.get(...values),
        all: (...values: never[]) => statement.all(...values),
        run: (...values: never[]) =>
          name === 'run' ? Promise.resolve({ changes: 1 }) : statement.run(...values),
      };
      return name === 'prepare' ? (Promise.resolve(made) as never) : made;
    },
  });

  it.each(['exec', 'prepare', 'get', 'run'] as const)(
    'whose %s() gives a promise is an error that says so',
    async (name) => {
      const store = sqliteStore(late(name), { key: 'a' });
      const use = name === 'get' ? store.read() : store.write(recordOf(1), undefined);
      await expect(use).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: expect.stringContaining('the driver answers later, with promises'),
      });
    },
  );

  it('that does not say how many rows it has changed is an error, and no conflict', async () => {
    const silent: SqliteLike = {
      exec: (sql) => database.exec(sql),
      prepare: (sql) => ({
        get: () => undefined,
        all: () => [],
        run: (...values) => (database.prepare(sql).run(...values), {}),
      }),
    };
    await expect(
      sqliteStore(silent, { key: 'a' }).write(recordOf(1), undefined),
    ).rejects.toMatchObject({
      message: expect.stringContaining('the driver does not say how many rows'),
    });
  });
});
