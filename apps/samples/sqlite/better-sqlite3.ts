import assert from 'node:assert/strict';
import { createTokenManager } from 'unexpired';
import { sqliteStore } from '@unexpired/sqlite';
import { goThrough, refresh } from './session.ts';

// from packages/sqlite/README.md#unexpiredsqlite:2

const tokens = createTokenManager({ store, refresh });
await goThrough(tokens);
const { accessToken } = await tokens.getToken();
await tokens.close();
const rows = new Database('sessions.db').prepare('select * from unexpired_sessions').all();
assert.equal(rows.length, 1);
assert.ok(JSON.stringify(rows).includes(accessToken));
