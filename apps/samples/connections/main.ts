import assert from 'node:assert/strict';
import { ask } from './session.ts';

const email = 'ann@example.com';
const password = 'correct horse';
const said = [];
console.log = (line) => said.push(line);

// from docs/connections.md#connections-that-outlive-a-token

const token = await tokens.getToken();
assert.equal(await ask(token), 401);
await tokens.replaceRejected(token.accessToken);
await tokens.signOut();
assert.equal(said.length, 3);
assert.match(said[0], /^good until \d+$/);
assert.match(said[1], /^good until \d+$/);
assert.equal(said[2], 'nobody is signed in');
stop();
