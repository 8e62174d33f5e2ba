import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { ask, refresh, signIn } from './session.ts';

const database = new DatabaseSync(':memory:');
database.exec('create table session (id integer primary key, record text, version integer)');
const db = {
  async get(sql) {
    return database.prepare(sql).get();
  },
  async run(sql, values) {
    return database.prepare(sql).run(...values);
  },
};

const managers = [];
for (const _process of ['one', 'another']) {
  // from packages/core/README.md#a-store-of-your-own
  managers.push(tokens);
}
const [one, another] = managers;

await one.setSession(await signIn());
const token = await another.getToken();
assert.equal(await ask(token), 401);
const next = await Promise.all(managers.map((each) => each.replaceRejected(token.accessToken)));
assert.equal(next[0].accessToken, next[1].accessToken);
assert.equal(await ask(next[0]), 200);
const { record } = await db.get('select record from session');
assert.ok(record.includes(next[0].accessToken), 'it is in the table');
