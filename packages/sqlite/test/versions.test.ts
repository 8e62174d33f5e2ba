import { DatabaseSync } from 'node:sqlite';
import { expect, it } from '@jest/globals';
import { recordOf } from '../../node/test/support/records.ts';
import { sqliteStore } from '../src/index.ts';

const THEIRS = JSON.stringify({ access_token: 'theirs', refresh_token: 'their-refresh' });
/** What somebody else may put there, as SQL has it. */
const VERSIONS = ['null', `''`, `x''`, `x'00ff'`, `'NULL'`, `'x''00ff'''`, `'=a'`, `'a'`, '5'];

/** A row of somebody else with this version. */
const rowWith = async (version: string) => {
  const database = new DatabaseSync(':memory:');
  const store = sqliteStore(database, { key: 'a' });
  await store.read(); // which makes the table
  database.exec(
    `insert into unexpired_sessions (key, record, version) values ('a', '${THEIRS}', ${version})`,
  );
  return { database, store };
};

it.each(VERSIONS)('a row whose version is %s is taken over, once', async (version) => {
  const { database, store } = await rowWith(version);
  const seen = await store.read();
  expect(seen?.value).toEqual(JSON.parse(THEIRS));
  const written = await store.write(recordOf(1), seen?.version);
  expect(written).toEqual(expect.any(String));
  expect((await store.read())?.version).toBe(written);
  expect(await store.write(recordOf(2), seen?.version)).toBeUndefined();
  database.close();
});

it('no two versions that somebody else may put there are taken for each other', async () => {
  const { database, store } = await rowWith('null');
  const seen = new Set<string | undefined>();
  for (const version of VERSIONS) {
    database.exec(`update unexpired_sessions set version = ${version}`);
    seen.add((await store.read())?.version);
  }
  expect(seen.size).toBe(VERSIONS.length);
  database.close();
});
