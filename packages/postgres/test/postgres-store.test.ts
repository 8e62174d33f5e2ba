import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { createTokenManager, type TokenManager } from 'unexpired';
import type { LeaseCell } from 'unexpired/adapter';
import { recordOf } from '../../node/test/support/records.ts';
import { asker } from '../src/ask.ts';
import { type PostgresLike, postgresSchema, postgresStore } from '../src/index.ts';
import { leaseCell } from '../src/lease-cell.ts';
import { statementsOn } from '../src/statements.ts';
import { wakeUpOf } from '../src/wake-up.ts';
import { poolOn } from './support/connect.ts';
import { inspected } from './support/inspected.ts';
import { withPostgres } from './support/with-postgres.ts';

const KEY = 'session:42';
const HOUR = 3_600_000;

withPostgres('a store in PostgreSQL', (server) => {
  let pool: Pool;
  const pools = new Set<Pool>();
  const managers = new Set<TokenManager>();
  const ends: (() => unknown)[] = [];
  const connect = (): Pool => {
    const made = poolOn(server().port);
    pools.add(made);
    return made;
  };
  /** A pool whose connections have these settings, as a role may have them. */
  const connectWith = (settings: Record<string, string>): Pool => {
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
    const made = new Pool({
      ...{ host: '127.0.0.1', port: server().port, user: 'postgres', max: 3 },
      options: options.join(' '),
    });
    pools.add(made);
    return made;
  };
  beforeEach(async () => {
    pool = connect();
    await pool.query(`drop table if exists unexpired_sessions; ${postgresSchema()}`);
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await Promise.all([...managers].map((manager) => manager.close()));
    await Promise.all([...pools].map((each) => each.end()));
    managers.clear();
    pools.clear();
  });

  const fresh = (number: number) => ({
    accessToken: `access-token-${number}`,
    refreshToken: `refresh-token-${number}`,
    expiresAt: Date.now() + HOUR,
  });
  const managed = (own: PostgresLike, refresh = async () => fresh(2)): TokenManager => {
    const made = createTokenManager({ store: postgresStore(own, { key: KEY }), refresh });
    managers.add(made);
    return made;
  };
  const put = (record: string): Promise<unknown> =>
    pool.query('insert into unexpired_sessions (key, record) values ($1, $2)', [KEY, record]);
  /** Locks the row for everybody else until it is let go. */
  const lockRow = async (): Promise<() => Promise<unknown>> => {
    const client = await connect().connect();
    await client.query('begin');
    await client.query('select from unexpired_sessions where key = $1 for update', [KEY]);
    const free = async (): Promise<void> => {
      await client.query('rollback');
      client.release();
    };
    let freeing: Promise<void> | undefined;
    const once = (): Promise<void> => (freeing ??= free());
    ends.push(once);
    return once;
  };
  const failureOf = (promise: Promise<unknown> | undefined): Promise<unknown> =>
    Promise.resolve(promise).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('spends 5 round trips on a refresh, of which one is between the answer and those who wait', async () => {
    const asked: string[] = [];
    const counted: PostgresLike = {
      query: (text, values) => (asked.push(meaning(text)), pool.query(text, values)),
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

  describe('what is there already', () => {
    it('is taken over where it is the token set of another program, and a write of it in between wins', async () => {
      const theirs = { access_token: 'theirs', refresh_token: 'their-refresh' };
      await put(JSON.stringify(theirs));
      const store = postgresStore(pool, { key: KEY });
      const seen = await store.read();
      expect(seen?.value).toEqual(theirs);
      await pool.query('update unexpired_sessions set version = gen_random_uuid() where key = $1', [
        KEY,
      ]);
      expect(await store.write(recordOf(1), seen?.version)).toBeUndefined();
      expect(await store.write(recordOf(1), (await store.read())?.version)).toEqual(
        expect.any(String),
      );
    });

    it.each(['secret-token', '{"v":1,"secret-token', '["secret-token"]', '7'])(
      'stays where it is not a session (%#): ERR_STORE_RECORD without quoting it, and a writer that knows the version can replace it',
      async (content) => {
        await put(content);
        const tokens = managed(pool, () => Promise.reject(new Error('not to be called')));
        const error = await failureOf(tokens.getToken());
        expect(error).toMatchObject({ code: 'ERR_STORE_RECORD' });
        expect(inspected(error)).not.toContain('secret-token');
        const store = postgresStore(pool, { key: KEY });
        expect(await store.write(recordOf(1), undefined)).toBeUndefined();
        expect(await store.write(recordOf(1), (await store.read())?.version)).toEqual(
          expect.any(String),
        );
        expect((await store.read())?.value).toMatchObject({ gen: 1 });
      },
    );

    it('is noticed where the database went back in time, although as many writes were made since', async () => {
      const store = postgresStore(pool, { key: KEY });
      const second = await store.write(recordOf(2), await store.write(recordOf(1), undefined));
      await pool.query('delete from unexpired_sessions');
      const other = postgresStore(connect(), { key: KEY });
      await other.write(recordOf(8), await other.write(recordOf(7), undefined));
      expect(await store.write(recordOf(3), second)).toBeUndefined();
      expect((await store.read())?.value).toMatchObject({ gen: 8 });
    });

    it('may have any key that PostgreSQL can tell from the others, and a record of megabytes with NUL and halves of characters in it', async () => {
      const keys = ['é', 'e\u0301', "'; --", '🙂', ' a', 'A', 'a', 'lock:a', 'x'.repeat(2000)];
      const text = `\0 \ud83d ${'🙂'.repeat(1_000_000)}`;
      for (const [index, key] of keys.entries())
        await postgresStore(pool, { key }).write(
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
      await pool.query(statement);
      const store = postgresStore(pool, { key: KEY });
      const expected = {
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: `PostgreSQL row "${KEY}": ${message}`,
        cause: { code },
      };
      await expect(store.read()).rejects.toMatchObject(expected);
      await expect(store.write(recordOf(1), undefined)).rejects.toMatchObject(expected);
      await expect(store.write(recordOf(1), 'any')).rejects.toMatchObject(expected);
      await expect(store.lock?.request('any', {}, async () => 1)).rejects.toMatchObject(expected);
      const tokens = managed(pool);
      await expect(tokens.getToken()).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        cause: { message: expect.stringContaining(message) },
      });
    });

    it('says that a server which takes no writes is a replica, and what may be read is read', async () => {
      const version = await postgresStore(pool, { key: KEY }).write(recordOf(1), undefined);
      const replica = connectWith({ default_transaction_read_only: 'on' });
      const store = postgresStore(replica, { key: KEY });
      expect((await store.read())?.version).toBe(version);
      const refused = { message: expect.stringContaining('connect to the primary') };
      await expect(store.write(recordOf(2), version)).rejects.toMatchObject(refused);
      await expect(store.lock?.request('any', {}, async () => 1)).rejects.toMatchObject(refused);
    });

    it('says that this user lacks a right', async () => {
      await pool.query('create role reader login; grant select on unexpired_sessions to reader');
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
      await pool.query(
        `alter table unexpired_sessions add constraint small check (length(record) < 10)`,
      );
      const seen = await failureOf(
        pool.query('insert into unexpired_sessions (key, record) values ($1, $2)', [
          KEY,
          JSON.stringify(fresh(1)),
        ]),
      );
      expect(inspected(seen)).toContain('access-token-1'); // what pg throws: the first 64 bytes of each column
      const record = { ...recordOf(1, fresh(1)), session: 'access-token-1' };
      const error = await failureOf(postgresStore(pool, { key: KEY }).write(record, undefined));
      expect(error).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: expect.stringContaining('PostgreSQL refused (SQLSTATE 23514)'),
      });
      expect(inspected(error)).not.toMatch(/access-token|refresh-token/);
    });

    it('that a trigger raises with a token in its message holds none either', async () => {
      await pool.query(`create or replace function refuse() returns trigger language plpgsql as
        $$ begin raise exception 'no room for %', new.record; end $$;
        create trigger refuse before insert on unexpired_sessions for each row execute function refuse()`);
      const error = await failureOf(
        postgresStore(pool, { key: KEY }).write(recordOf(1, fresh(1)), undefined),
      );
      expect(error).toMatchObject({ message: expect.stringContaining('SQLSTATE P0001') });
      expect(inspected(error)).not.toMatch(/access-token|refresh-token/);
    });
  });

  describe('a database that does not answer as it should', () => {
    it('is asked again where transactions collide: nobody loses a write under serializable isolation', async () => {
      const own = connectWith({ default_transaction_isolation: 'serializable' });
      const addOne = async (): Promise<void> => {
        const store = postgresStore(own, { key: KEY });
        for (;;) {
          const found = await store.read();
          const gen = (found?.value as { gen: number } | undefined)?.gen ?? 0;
          if ((await store.write(recordOf(gen + 1), found?.version)) !== undefined) return;
        }
      };
      await Promise.all(Array.from({ length: 8 }, addOne));
      expect((await postgresStore(pool, { key: KEY }).read())?.value).toMatchObject({ gen: 8 });
    });

    it('and cancels a statement that takes too long says so', async () => {
      const version = await postgresStore(pool, { key: KEY }).write(recordOf(1), undefined);
      await lockRow();
      const store = postgresStore(connectWith({ statement_timeout: '100' }), { key: KEY });
      await expect(store.write(recordOf(2), version)).rejects.toMatchObject({
        message: expect.stringContaining('statement_timeout'),
        cause: { code: '57014' },
      });
    });

    it('within 5 s gives an error, and a lease that is granted after that is given back', async () => {
      const store = postgresStore(pool, { key: KEY });
      await store.write(recordOf(1), undefined);
      const free = await lockRow();
      const ran: string[] = [];
      await expect(
        store.lock?.request('any', {}, async () => void ran.push('the task')),
      ).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: expect.stringContaining('no answer within 5000 ms'),
      });
      await free();
      const lease = async (): Promise<unknown> =>
        (await pool.query('select lease_owner, lease_until from unexpired_sessions')).rows[0];
      await store.lock?.request('any', {}, async () => void ran.push('the next one'));
      expect(ran).toEqual(['the next one']);
      expect(await lease()).toEqual({ lease_owner: null, lease_until: null });
    });

    it('because it is down keeps nobody from a valid token, spends nothing, and is used again when it is back', async () => {
      let redeemed = 0;
      const tokens = managed(pool, async () => fresh(++redeemed + 1));
      await tokens.setSession(fresh(1));
      await server().crash();
      expect((await tokens.getToken())?.accessToken).toBe('access-token-1');
      await expect(tokens.refresh()).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        action: 'retry',
      });
      expect(redeemed).toBe(0);
      await server().restart();
      const store = postgresStore(connect(), { key: KEY });
      expect((await store.read())?.value).toMatchObject({ gen: 0 });
      await managed(connect()).refresh();
      expect((await store.read())?.value).toMatchObject({ gen: 1 });
    }, 30_000);
  });

  describe('waking', () => {
    const listening = async (): Promise<number> =>
      Number(
        (await pool.query(`select count(*) from pg_stat_activity where query = 'listen unexpired'`))
          .rows[0].count,
      );

    it('takes one connection for all sessions that listen, which ends when the last one leaves', async () => {
      const direct = connect();
      const stops = Array.from({ length: 50 }, (_, number) =>
        postgresStore(direct, { key: `session:${number}`, direct }).subscribe?.(() => undefined),
      );
      while ((await listening()) < 1);
      expect(await listening()).toBe(1);
      expect(direct.totalCount).toBe(1);
      for (const stop of stops) stop?.();
      while ((await listening()) > 0);
      expect(direct.totalCount).toBe(0);
    });

    it('goes on after the connection was lost', async () => {
      const direct = connect();
      let heard = 0;
      const store = postgresStore(direct, { key: KEY, direct });
      ends.push(store.subscribe?.(() => heard++) ?? (() => undefined));
      while (heard === 0) await pool.query('select 1'); // it listens: something may have been missed
      await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen unexpired'`,
      );
      const other = connect();
      const writer = postgresStore(other, { key: KEY, direct: other });
      const version = await writer.write(recordOf(1), undefined);
      while (heard === 1) await pool.query('select 1');
      const before = heard;
      await writer.write(recordOf(2), version);
      while (heard === before) await pool.query('select 1');
      expect((await store.read())?.value).toMatchObject({ gen: 2 });
    });

    it('reaches who waits for a lease when it is released, without a look at the row', async () => {
      const cellOn = (own: Pool): LeaseCell => {
        const table = '"unexpired_sessions"';
        const ask = asker(own, 'the lease', table);
        const statements = statementsOn(table);
        return leaseCell({ ask, statements, key: 'lock:one', table, wakeUp: wakeUpOf(own) });
      };
      const [holder, waiting] = [cellOn(connect()), cellOn(connect())];
      expect(await holder.obtain('holder', HOUR)).toEqual({ granted: true });
      expect(await waiting.obtain('waiting', HOUR)).toMatchObject({ granted: false });
      let woken = 0;
      ends.push(waiting.subscribe?.(() => woken++) ?? (() => undefined));
      while (woken === 0) await pool.query('select 1'); // it listens: something may have been missed
      expect(await waiting.obtain('waiting', HOUR)).toMatchObject({ granted: false });
      await holder.release('holder');
      while (woken === 1) await pool.query('select 1');
      expect(await waiting.obtain('waiting', HOUR)).toEqual({ granted: true });
    });

    it('carries neither a key nor a token', async () => {
      const [spy, own] = [await connect().connect(), connect()];
      const heard: string[] = [];
      spy.on('notification', ({ payload }) => void heard.push(String(payload)));
      await spy.query('listen unexpired');
      const tokens = createTokenManager({
        store: postgresStore(own, { key: KEY, direct: own }),
        refresh: async () => fresh(2),
      });
      managers.add(tokens);
      await tokens.setSession(fresh(1));
      await tokens.refresh();
      await tokens.signOut();
      const words = (): string[] => heard.flatMap((payload) => payload.split(','));
      while (words().length < 4) await pool.query('select 1'); // sign-in, refresh, the lock that came free, sign-out
      spy.release();
      expect(words().join('\n')).not.toMatch(/access-|refresh-|session|42:/);
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
