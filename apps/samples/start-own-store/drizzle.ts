import assert from 'node:assert/strict';
import { createTokenManager } from 'unexpired';
import { db, pool } from './db.ts';
import { goThrough, refresh } from './session.ts';

// from docs/start/own-store.md#drizzle

await db.insert(connections).values({ id: '42' });
const tokens = createTokenManager({ store: drizzleStore('42'), refresh });
await goThrough(tokens);
const { accessToken } = await tokens.getToken();
await tokens.close();
const { rows } = await pool.query('select session, version from connections');
assert.equal(rows.length, 1);
assert.equal(rows[0].session.tokens.accessToken, accessToken);
await pool.end();
