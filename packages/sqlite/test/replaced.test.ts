import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionRecord } from 'unexpired';
import { sqliteQuery, sqliteStore, type SqliteThread, sqliteThread } from '../src/index.ts';

const RECORD: SessionRecord = {
  ...{ v: 1, session: 'one', gen: 1, status: 'active', issuedAt: 0, turn: 1 },
  tokens: { accessToken: 'access' },
};

describe('a database file in whose place there is another one', () => {
  let folder: string;
  let file: string;
  let thread: SqliteThread;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'unexpired-sqlite-'));
    file = path.join(folder, 'sessions.db');
    thread = sqliteThread(file);
  });
  afterEach(async () => {
    await thread.close();
    rmSync(folder, { recursive: true });
  });

  const listOf = () => {
    const query = sqliteQuery(thread, {
      what: 'The list',
      schema: 'create table if not exists list (name text)',
    });
    return {
      add: (name: string) => query('insert into list values (?)', [name]),
      names: async () => (await query('select name from list')).map(({ name }) => name),
    };
  };
  const storeOf = () => sqliteStore(thread, { key: 'session:42' });
  /** Moves it away while nobody has it open; `next` makes the one in its place. */
  const replace = async (next?: string): Promise<void> => {
    await thread.close();
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
    if (next === undefined) return;
    const other = new DatabaseSync(file);
    other.exec(next);
    other.close();
  };

  it.each([
    ['none', undefined],
    ['one of somebody else', 'create table other (name text)'],
  ])('gets the tables anew, which are the store’s and no others (%s)', async (_, next) => {
    const list = listOf();
    const store = storeOf();
    await list.add('a');
    await store.write(RECORD, undefined);
    await replace(next);
    expect(await store.read()).toBeUndefined();
    const tables = 'select count(*) as found from sqlite_master where name = ?';
    expect(await thread.get(tables, ['list'])).toEqual({ found: 0 });
    expect(await list.names()).toEqual([]);
    await list.add('b');
    expect(await list.names()).toEqual(['b']);
    expect(await store.write(RECORD, undefined)).toBeDefined();
  });

  it('is another thing than a table that somebody has dropped, which stays dropped', async () => {
    const list = listOf();
    const store = storeOf();
    await list.add('a');
    await store.write(RECORD, undefined);
    await thread.exec('drop table list');
    for (let time = 0; time < 2; time++)
      await expect(list.names()).rejects.toMatchObject({
        message: expect.stringContaining('no such table: list'),
      });
    await thread.close(); // and opened again: it is the same file
    await expect(list.add('b')).rejects.toMatchObject({ delivery: 'answered' });
    expect(await store.read()).toMatchObject({ value: RECORD });
  });
});
