import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { goThrough } from './session.ts';

// from packages/node/README.md#unexpirednode

await goThrough(tokens);
const { accessToken } = await tokens.getToken();
const { auth } = JSON.parse(readFileSync(join(homedir(), '.config/tool/config.json'), 'utf8'));
assert.ok(JSON.stringify(auth).includes(accessToken), 'it is where the pointer says');

setTimeout(() => assert.fail('the signal did not end it'), 30_000);
process.kill(process.pid, 'SIGTERM');
