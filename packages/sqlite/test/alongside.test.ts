import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionRecord } from 'unexpired';
import { unhandledRejections } from '../../core/test/support/unhandled-rejections.ts';
import { type SqliteThread, sqliteQuery, sqliteStore, sqliteThread } from '../src/index.ts';

const record = (gen: number): SessionRecord => ({
  ...{ v: 1, session: 'one', gen, status: 'active', issuedAt: 0, turn: 1 },
  tokens: { accessToken: `access-${gen}` },
});
const SCHEMA =
  'create table if not exists beside (key text primary key, gen int check (gen < 100))';
const GOOD = { sql: "insert into beside (key, gen) values ('d', 1)", values: [] };

describe.each(['a thread', 'an open database'])(
  'what is written beside a session, on %s',
  (way) => {
    let folder: string;
    let database: SqliteThread | DatabaseSync;
    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'unexpired-sqlite-'));
      const file = path.join(folder, 'sessions.db');
      database = way === 'a thread' ? sqliteThread(file) : new DatabaseSync(file);
    });
    afterEach(async () => {
      await database.close();
      rmSync(folder, { recursive: true });
    });

    const queryOf = () => sqliteQuery(database, { what: 'The list', schema: SCHEMA });
    const storeOf = (key: string) =>
      sqliteStore(database, {
        key,
        alongside: ({ gen }) =>
          gen === 7
            ? []
            : [key, `${key}, too`].map((one) => ({
                sql: 'insert into beside (key, gen) values (?, ?) on conflict (key) do update set gen = excluded.gen',
                values: [one, gen],
              })),
      });
    const beside = async (key: string): Promise<unknown> =>
      (await queryOf()('select gen from beside where key = ?', [key]))[0]?.['gen'];

    it('is all carried out with each write of the record, and not where somebody else had written first', async () => {
      await beside('a');
      const store = storeOf('a');
      const first = await store.write(record(1), undefined);
      expect(await beside('a')).toBe(1);
      const second = await store.write(record(2), first);
      expect(await beside('a')).toBe(2);
      expect(await beside('a, too')).toBe(2);
      expect(await store.write(record(3), first)).toBeUndefined();
      expect(await store.write(record(7), second)).toBeDefined();
      expect(await beside('a')).toBe(2);
    });

    it('takes the write along where it fails, for good and at once, and the next write goes on', async () => {
      await beside('b');
      const store = storeOf('b');
      await expect(store.write(record(100), undefined)).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        delivery: 'answered',
      });
      expect(await store.read()).toBeUndefined();
      expect(await store.write(record(1), undefined)).toBeDefined();
      expect(await beside('b')).toBe(1);
    });

    it.each<[string, () => unknown]>([
      ['expected a list of statements, given at once, got object', async () => []],
      ['expected a list of statements, given at once, got undefined', () => undefined],
      ['expected a list of statements, given at once, got string', () => 'delete from beside'],
      ['expected a statement { sql, values }, got string', () => ['delete from beside']],
      ['expected a statement { sql, values }, got null', () => [null]],
      ['expected a statement { sql, values }, got object', () => [{ sql: 'delete from beside' }]],
      ['expected a statement { sql, values }, got object', () => [{ text: 'a', values: [] }]],
      [
        'expected a text, a number or null as a value, got function',
        () => [{ sql: 'select ?', values: [() => 1] }],
      ],
      [
        'expected a text, a number or null as a value, got boolean',
        () => [GOOD, { sql: 'select ?', values: [true] }],
      ],
    ])(
      'that is none is refused for good, and nothing is written: %s (%#)',
      async (message, give) => {
        await beside('d');
        const store = sqliteStore(database, { key: 'd', alongside: give as never });
        const failure: unknown = await store.write(record(1), undefined).catch((error) => error);
        expect(failure).toBeInstanceOf(TypeError);
        expect(failure).toMatchObject({
          message: `sqliteStore: alongside: ${message}`,
          delivery: 'answered',
        });
        expect(await store.read()).toBeUndefined();
        expect(await beside('d')).toBeUndefined();
      },
    );

    it('that was written as an asynchronous function leaves no rejection unhandled', async () => {
      const unhandled = unhandledRejections();
      const alongside = () => Promise.reject(new Error('from an asynchronous function'));
      const store = sqliteStore(database, { key: 'e', alongside: alongside as never });
      await expect(store.write(record(1), undefined)).rejects.toThrow(TypeError);
      await new Promise((resolve) => setImmediate(resolve)); // Node tells of it after the microtasks
      unhandled.stop();
      expect(unhandled.reasons).toEqual([]);
    });

    it('says that the disk is full where it is, and goes on when it no longer is', async () => {
      await beside('c');
      const store = storeOf('c');
      await store.read();
      await database.exec('pragma max_page_count = 1'); // as many as there are
      const large = { ...record(1), tokens: { accessToken: 'x'.repeat(100_000) } };
      await expect(store.write(large, undefined)).rejects.toMatchObject({
        message: expect.stringContaining('the disk is full'),
        delivery: 'answered',
      });
      await database.exec('pragma max_page_count = 10000');
      expect(await store.write(large, undefined)).toBeDefined();
      expect(await beside('c')).toBe(1);
    });

    it('is asked with all its rows, of a statement that writes, too', async () => {
      const query = queryOf();
      const rows = await query(
        "insert into beside (key, gen) values ('a', 1), ('b', 2) returning key",
      );
      expect(rows.map(({ key }) => key)).toEqual(['a', 'b']);
      await expect(query('select * from nowhere')).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: expect.stringContaining('The list'),
      });
    });
  },
);
