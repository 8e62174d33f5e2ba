import { chmodSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTokenManager, type TokenManager } from 'unexpired';
import { newFolder } from '../../node/test/support/folder.ts';
import { recordOf } from '../../node/test/support/records.ts';
import { type SqliteLike, sqliteStore, type SqliteThread, sqliteThread } from '../src/index.ts';
import { start } from './support/programs.ts';

const KEY = 'session:42';
const HOUR = 3_600_000;

let folder: Awaited<ReturnType<typeof newFolder>>;
let file = '';
let thread: SqliteThread;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await newFolder();
  file = folder.at('sessions.db');
  thread = sqliteThread(file);
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await thread.close();
  await folder.remove();
});

/** A connection of this process, which waits for nobody. */
const connect = (options = {}): DatabaseSync => {
  const database = new DatabaseSync(file, { timeout: 0, ...options });
  ends.push(() => database.close());
  return database;
};
const fresh = (number: number) => ({
  accessToken: `access-token-${number}`,
  refreshToken: `refresh-token-${number}`,
  expiresAt: Date.now() + HOUR,
});
const managed = (refresh = async () => fresh(2)): TokenManager => {
  const made = createTokenManager({ store: sqliteStore(thread, { key: KEY }), refresh });
  ends.unshift(() => made.close());
  return made;
};
const failureOf = (promise: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => undefined,
    (error: unknown) => error,
  );
const inspected = (error: unknown): string => {
  const { cause } = error as { cause?: object };
  return [error, cause ?? {}]
    .map((one) => `${String(one)} ${JSON.stringify(one, Object.getOwnPropertyNames(one))}`)
    .join('\n');
};

describe('what is there already', () => {
  const put = async (record: string): Promise<void> => {
    await sqliteStore(thread, { key: KEY }).read(); // which makes the table
    connect()
      .prepare('insert into unexpired_sessions (key, record) values (?, ?)')
      .run(KEY, record);
  };

  it('is taken over where it is the token set of another program, although it has no version', async () => {
    const theirs = { access_token: 'theirs', refresh_token: 'their-refresh' };
    await put(JSON.stringify(theirs));
    const store = sqliteStore(thread, { key: KEY });
    const seen = await store.read();
    expect(seen?.value).toEqual(theirs);
    expect(await store.write(recordOf(1), seen?.version)).toEqual(expect.any(String));
    expect(await store.write(recordOf(2), seen?.version)).toBeUndefined();
  });

  it.each(['secret-token', '{"v":1,"secret-token', '["secret-token"]', '7'])(
    'stays where it is not a session (%#): ERR_STORE_RECORD without quoting it, and a writer that knows the version can replace it',
    async (content) => {
      await put(content);
      const tokens = managed(() => Promise.reject(new Error('not to be called')));
      const error = await failureOf(tokens.getToken());
      expect(error).toMatchObject({ code: 'ERR_STORE_RECORD' });
      expect(inspected(error)).not.toContain('secret-token');
      const store = sqliteStore(thread, { key: KEY });
      expect(await store.write(recordOf(1), undefined)).toBeUndefined();
      expect(await store.write(recordOf(1), (await store.read())?.version)).toEqual(
        expect.any(String),
      );
    },
  );

  it('is noticed where the database went back in time, although as many writes were made since', async () => {
    const store = sqliteStore(thread, { key: KEY });
    const second = await store.write(recordOf(2), await store.write(recordOf(1), undefined));
    connect().exec('delete from unexpired_sessions');
    await store.write(recordOf(8), await store.write(recordOf(7), undefined));
    expect(await store.write(recordOf(3), second)).toBeUndefined();
    expect((await store.read())?.value).toMatchObject({ gen: 8 });
  });

  it('may have any key, and a record of megabytes with NUL and halves of characters in it', async () => {
    const keys = ['é', 'e\u0301', "'; --", '🙂', ' a', 'A', 'a', 'x'.repeat(10_000)];
    const text = `\0 \ud83d ${'🙂'.repeat(500_000)}`;
    for (const [index, key] of keys.entries())
      await sqliteStore(thread, { key }).write(
        recordOf(index, { extra: { text, key } }),
        undefined,
      );
    for (const [index, key] of keys.entries())
      expect((await sqliteStore(connect(), { key }).read())?.value).toMatchObject({
        gen: index,
        tokens: { extra: { text, key } },
      });
  });
});

describe('another process that writes', () => {
  /** One that is in the middle of it, and what lets it end. */
  const writing = async (): Promise<{ tell(message: unknown): void }> => {
    await sqliteStore(thread, { key: KEY }).write(recordOf(1), undefined);
    const writer = start('writer', [file]);
    ends.unshift(writer.kill);
    await writer.next('writing');
    return writer;
  };

  it.each<[string, () => SqliteLike | SqliteThread]>([
    ['in a thread', () => thread],
    ['that waits for nobody', connect],
  ])(
    'keeps nobody from reading, and is waited for without holding the event loop, on a database %s',
    async (_how, open) => {
      const writer = await writing();
      const store = sqliteStore(open(), { key: KEY });
      const seen = await store.read();
      expect(seen?.value).toMatchObject({ gen: 1 });
      let written = false;
      const write = store.write(recordOf(2), seen?.version).finally(() => (written = true));
      for (let turns = 0; turns < 50; turns++) {
        await new Promise((resolve) => setImmediate(resolve)); // the event loop goes round all the same
        await store.read();
      }
      expect(written).toBe(false);
      writer.tell('end');
      expect(await write).toEqual(expect.any(String));
    },
  );

  it('for longer than 5 s is a typed error that says so', async () => {
    await writing();
    const store = sqliteStore(thread, { key: KEY });
    await expect(store.write(recordOf(2), 'any')).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: `SQLite row "${KEY}": another process has been writing for too long`,
      cause: { code: 'SQLITE_BUSY' },
    });
  });
});

describe('an error', () => {
  it('says that the file cannot be opened, and it is opened again as soon as it can', async () => {
    const store = sqliteStore(sqliteThread(folder.at('new', 'sessions.db')), { key: KEY });
    await expect(store.read()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: `SQLite row "${KEY}": the file cannot be opened`,
    });
    const later = sqliteThread(folder.at('sessions.db'));
    ends.push(() => later.close());
    writeFileSync(
      folder.at('sessions.db'),
      'this is not a database, and it is long enough to tell',
    );
    const damaged = sqliteStore(later, { key: KEY });
    await expect(damaged.read()).rejects.toMatchObject({
      message: expect.stringContaining('the file is not a database'),
    });
    writeFileSync(folder.at('sessions.db'), '');
    expect(await damaged.read()).toBeUndefined();
  });

  it('says that the database may only be read', async () => {
    const store = sqliteStore(thread, { key: KEY });
    const version = await store.write(recordOf(1), undefined);
    const reading = sqliteStore(connect({ readOnly: true }), { key: KEY });
    expect((await reading.read())?.version).toBe(version);
    const refused = { message: expect.stringContaining('may not be written') };
    await expect(reading.write(recordOf(2), version)).rejects.toMatchObject(refused);
    await expect(reading.lock?.request('any', {}, async () => 1)).rejects.toMatchObject(refused);
    chmodSync(file, 0o600);
  });

  it('says that the table is somebody else’s', async () => {
    connect().exec('create table unexpired_sessions (id integer primary key)');
    const store = sqliteStore(thread, { key: KEY });
    const expected = {
      message: expect.stringContaining(`the table "unexpired_sessions" is somebody else's`),
    };
    await expect(store.read()).rejects.toMatchObject(expected);
    await expect(store.write(recordOf(1), undefined)).rejects.toMatchObject(expected);
    await expect(store.lock?.request('any', {}, async () => 1)).rejects.toMatchObject(expected);
    expect(await sqliteStore(thread, { key: KEY, table: 'others' }).read()).toBeUndefined();
  });

  it('that a trigger raises holds no token', async () => {
    await sqliteStore(thread, { key: KEY }).read();
    connect().exec(`create trigger refuse before insert on unexpired_sessions
      begin select raise(abort, 'no room for access-token-1'); end`);
    const error = await failureOf(
      sqliteStore(thread, { key: KEY }).write(recordOf(1, fresh(1)), undefined),
    );
    expect(error).toMatchObject({ message: expect.stringContaining('SQLITE_CONSTRAINT') });
    expect(inspected(error)).not.toMatch(/access-token|refresh-token/);
  });

  it.each<[string, object, string]>([
    ['better-sqlite3', { code: 'SQLITE_READONLY_DBMOVED' }, 'may not be written'],
    ['bun:sqlite', { code: 'SQLITE_FULL', errno: 13 }, 'the disk is full'],
    ['a Node without node:sqlite', { code: 'ERR_UNKNOWN_BUILTIN_MODULE' }, 'better-sqlite3'],
  ])('of %s is understood', async (_whose, members, message) => {
    const failing: SqliteLike = {
      exec: () => undefined,
      prepare() {
        throw Object.assign(new Error('as the driver has it'), members);
      },
    };
    await expect(sqliteStore(failing, { key: KEY }).read()).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
  });
});

describe('a lease', () => {
  const holder = (): Promise<unknown> | undefined =>
    sqliteStore(thread, { key: KEY }).lock?.request('any', {}, async () => {
      const row = connect()
        .prepare('select lease_until - lease_from as length from unexpired_sessions')
        .get();
      return row?.['length'];
    });

  it('leaves no row behind that was there for it alone, and is gone from the others', async () => {
    expect(await holder()).toBe(30_000);
    const all = connect().prepare('select count(*) as count from unexpired_sessions');
    expect(all.get()).toEqual({ count: 0 });
    await sqliteStore(thread, { key: KEY }).write(recordOf(1), undefined);
    expect(await holder()).toBe(30_000);
    expect(
      connect().prepare('select lease_owner, lease_until from unexpired_sessions').get(),
    ).toEqual({
      lease_owner: null,
      lease_until: null,
    });
  });

  it('of a process that died is over, too, when somebody has set the clock back by hours in between', async () => {
    const store = sqliteStore(thread, { key: KEY });
    await store.write(recordOf(1), undefined);
    connect()
      .prepare(
        "update unexpired_sessions set lease_owner = 'dead', lease_from = ?, lease_until = ?",
      )
      .run(Date.now() + HOUR, Date.now() + HOUR + 30_000);
    expect(await holder()).toBe(30_000);
  });
});

describe('a thread', () => {
  it('that was closed is started again when something is asked', async () => {
    const store = sqliteStore(thread, { key: KEY });
    const version = await store.write(recordOf(1), undefined);
    await thread.close();
    await thread.close();
    expect((await store.read())?.version).toBe(version);
  });

  it('answers what was asked before it was closed', async () => {
    const store = sqliteStore(thread, { key: KEY });
    const written = store.write(recordOf(1), undefined);
    await new Promise((resolve) => setImmediate(resolve));
    const second = store.read();
    await thread.close();
    expect(await written).toEqual(expect.any(String));
    await second;
  });

  it('keeps its file in WAL mode, in which each commit is synced', async () => {
    await sqliteStore(thread, { key: KEY }).read();
    expect(await thread.get('pragma journal_mode', [])).toEqual({ journal_mode: 'wal' });
    expect(await thread.get('pragma synchronous', [])).toEqual({ synchronous: 2 });
  });
});
