import { describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { recordOf } from '../../node/test/support/records.ts';
import { type PostgresLike, postgresStore } from '../src/index.ts';
import { inspected } from './support/inspected.ts';

import { failureOf, fresh, inPostgres, KEY } from './support/stage.ts';

inPostgres('a store in PostgreSQL', (stage) => {
  const { connect, connectWith, managed, put, pools, server } = stage;

  it('spends 5 round trips on a refresh, of which one is between the answer and those who wait', async () => {
    const asked: string[] = [];
    const counted: PostgresLike = {
      query: (text, values) => (asked.push(meaning(text)), stage.pool.query(text, values)),
    };
    let atAnswer = 0;
    const tokens = managed(counted, async () => {
      atAnswer = asked.length;
      return fresh(2);
    });
    await tokens.setSession(fresh(1));
    asked.length = 0;
    expect((await tokens.refresh()).accessToken).toBe('access-token-2');
    expect(asked.length - atAnswer).toBe(1);
    await tokens.close();
    expect(asked).toEqual(['read', 'lock and read', 'write', 'write', 'release']);
  });

  it('a reader after a write that was confirmed sees it, also where it has just been granted the lock, which reads along', async () => {
    const seen: unknown[] = [];
    const keys = Array.from({ length: 50 }, (_, number) => `${KEY}/${number}`); // a write may take longer than any reader waits
    for (const key of keys) {
      const reader = postgresStore(stage.pool, { key });
      const writer = postgresStore(stage.pool, { key });
      const version = await writer.write(recordOf(1), undefined);
      await reader.lock?.request('any', {}, async () => {
        await writer.write(recordOf(2), version);
        const found = await reader.read();
        seen.push((found?.value as { gen?: unknown } | undefined)?.gen);
      });
    }
    expect(seen).toEqual(keys.map(() => 2));
  });

  describe('what is there already', () => {
    it('is taken over where it is the token set of another program, and a write of it in between wins', async () => {
      const theirs = { access_token: 'theirs', refresh_token: 'their-refresh' };
      await put(JSON.stringify(theirs));
      const store = postgresStore(stage.pool, { key: KEY });
      const seen = await store.read();
      expect(seen?.value).toEqual(theirs);
      await stage.pool.query(
        'update unexpired_sessions set version = gen_random_uuid() where key = $1',
        [KEY],
      );
      expect(await store.write(recordOf(1), seen?.version)).toBeUndefined();
      expect(await store.write(recordOf(1), (await store.read())?.version)).toEqual(
        expect.any(String),
      );
    });

    it.each(['secret-token', '{"v":1,"secret-token', '["secret-token"]', '7'])(
      'stays where it is not a session (%#): ERR_STORE_RECORD without quoting it, and a writer that knows the version can replace it',
      async (content) => {
        await put(content);
        const tokens = managed(stage.pool, () => Promise.reject(new Error('not to be called')));
        const error = await failureOf(tokens.getToken());
        expect(error).toMatchObject({ code: 'ERR_STORE_RECORD' });
        expect(inspected(error)).not.toContain('secret-token');
        const store = postgresStore(stage.pool, { key: KEY });
        expect(await store.write(recordOf(1), undefined)).toBeUndefined();
        expect(await store.write(recordOf(1), (await store.read())?.version)).toEqual(
          expect.any(String),
        );
        expect((await store.read())?.value).toMatchObject({ gen: 1 });
      },
    );

    it('is noticed where the database went back in time, although as many writes were made since', async () => {
      const store = postgresStore(stage.pool, { key: KEY });
      const second = await store.write(recordOf(2), await store.write(recordOf(1), undefined));
      await stage.pool.query('delete from unexpired_sessions');
      const other = postgresStore(connect(), { key: KEY });
      await other.write(recordOf(8), await other.write(recordOf(7), undefined));
      expect(await store.write(recordOf(3), second)).toBeUndefined();
      expect((await store.read())?.value).toMatchObject({ gen: 8 });
    });

    it('may have any key that PostgreSQL can tell from the others, and a record of megabytes with NUL and halves of characters in it', async () => {
      const keys = ['é', 'e\u0301', "'; --", '🙂', ' a', 'A', 'a', 'lock:a', 'x'.repeat(2000)];
      const text = `\0 \ud83d ${'🙂'.repeat(1_000_000)}`;
      for (const [index, key] of keys.entries())
        await postgresStore(stage.pool, { key }).write(
          recordOf(index, { extra: { text, key } }),
          undefined,
        );
      for (const [index, key] of keys.entries())
        expect((await postgresStore(connect(), { key }).read())?.value).toMatchObject({
          gen: index,
          tokens: { extra: { text, key } },
        });
    });
  });

  describe('an error', () => {
    it.each<[string, string, string, string]>([
      [
        'there is no table',
        'drop table unexpired_sessions',
        '42P01',
        'there is no table "unexpired_sessions": run the statements of postgresSchema() in a migration',
      ],
      [
        'the table is somebody else’s',
        'alter table unexpired_sessions rename record to notes',
        '42703',
        'the table "unexpired_sessions" has other columns than postgresSchema() gives it',
      ],
    ])('says what to do where %s', async (_what, statement, code, message) => {
      await stage.pool.query(statement);
      const store = postgresStore(stage.pool, { key: KEY });
      const expected = {
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: `PostgreSQL row "${KEY}": ${message}`,
        cause: { code },
      };
      await expect(store.read()).rejects.toMatchObject(expected);
      await expect(store.write(recordOf(1), undefined)).rejects.toMatchObject(expected);
      await expect(store.write(recordOf(1), 'any')).rejects.toMatchObject(expected);
      await expect(store.lock?.request('any', {}, async () => 1)).rejects.toMatchObject(expected);
      const tokens = managed(stage.pool);
      await expect(tokens.getToken()).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        cause: { message: expect.stringContaining(message) },
      });
    });

    it('says that a server which takes no writes is a replica, and what may be read is read', async () => {
      const version = await postgresStore(stage.pool, { key: KEY }).write(recordOf(1), undefined);
      const replica = connectWith({ default_transaction_read_only: 'on' });
      const store = postgresStore(replica, { key: KEY });
      expect((await store.read())?.version).toBe(version);
      const refused = { message: expect.stringContaining('connect to the primary') };
      await expect(store.write(recordOf(2), version)).rejects.toMatchObject(refused);
      await expect(store.lock?.request('any', {}, async () => 1)).rejects.toMatchObject(refused);
    });

    it('says that this user lacks a right', async () => {
      await stage.pool.query(
        'create role reader login; grant select on unexpired_sessions to reader',
      );
      const reader = new Pool({
        ...{ host: '127.0.0.1', port: server().port, user: 'reader', database: 'postgres' },
      });
      pools.add(reader);
      await expect(
        postgresStore(reader, { key: KEY }).write(recordOf(1), undefined),
      ).rejects.toMatchObject({
        message: expect.stringContaining('may not select, insert, update and delete'),
      });
    });

    it('holds no token, although PostgreSQL quotes the row', async () => {
      await stage.pool.query(
        `alter table unexpired_sessions add constraint small check (length(record) < 10)`,
      );
      const seen = await failureOf(
        stage.pool.query('insert into unexpired_sessions (key, record) values ($1, $2)', [
          KEY,
          JSON.stringify(fresh(1)),
        ]),
      );
      expect(inspected(seen)).toContain('access-token-1'); // what pg throws: the first 64 bytes of each column
      const record = { ...recordOf(1, fresh(1)), session: 'access-token-1' };
      const error = await failureOf(
        postgresStore(stage.pool, { key: KEY }).write(record, undefined),
      );
      expect(error).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: expect.stringContaining('PostgreSQL refused (SQLSTATE 23514)'),
      });
      expect(inspected(error)).not.toMatch(/access-token|refresh-token/);
    });

    it('that a trigger raises with a token in its message holds none either', async () => {
      await stage.pool.query(`create or replace function refuse() returns trigger language plpgsql as
        $$ begin raise exception 'no room for %', new.record; end $$;
        create trigger refuse before insert on unexpired_sessions for each row execute function refuse()`);
      const error = await failureOf(
        postgresStore(stage.pool, { key: KEY }).write(recordOf(1, fresh(1)), undefined),
      );
      expect(error).toMatchObject({ message: expect.stringContaining('SQLSTATE P0001') });
      expect(inspected(error)).not.toMatch(/access-token|refresh-token/);
    });
  });
});

/** What a statement is for, from its text. */
const meaning = (text: string): string =>
  text.includes('granted')
    ? 'lock and read'
    : text.startsWith('select')
      ? 'read'
      : text.includes('delete')
        ? 'release'
        : text.includes('set lease_until')
          ? 'renew'
          : 'write';
