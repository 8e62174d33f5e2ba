import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { flawless, runFleet } from '../../node/test/support/fleet.ts';
import { newFolder } from '../../node/test/support/folder.ts';
import { killedInTheMiddle } from '../../node/test/support/killing.ts';
import { sqliteStore, type SqliteThread, sqliteThread } from '../src/index.ts';
import { sqliteFleet } from './support/fleet.ts';
import { start } from './support/programs.ts';
import type { SqliteSetup } from './support/setup.ts';

/** Ms. */
const lease = 600;

describe('a process on a SQLite file that is killed in the middle of a refresh', () => {
  let folder: Awaited<ReturnType<typeof newFolder>>;
  let database: SqliteThread;
  let places = 0;
  beforeAll(async () => {
    folder = await newFolder();
    database = sqliteThread(folder.at('sessions.db'));
  });
  afterAll(async () => {
    await database.close();
    await folder.remove();
  });

  killedInTheMiddle(() => {
    const [file, key] = [folder.at('sessions.db'), `session:${++places}`];
    return {
      open: () => sqliteStore(database, { key, lease }),
      start: (setup) =>
        start('client', [JSON.stringify({ ...setup, file, key, lease } satisfies SqliteSetup)]),
    };
  });
});

describe('8 processes on a SQLite file, against a server that revokes the session when a refresh token comes twice', () => {
  it('redeem each refresh token once, and everybody gets the new token, over 5 expiries', async () => {
    const plan = { processes: 8, expiries: 5, requests: 5 };
    expect(await runFleet(plan, await sqliteFleet())).toEqual(flawless(plan));
  }, 120_000);
});
