import assert from 'node:assert/strict';
import { memoryStore } from 'unexpired';
import { goThrough, refresh } from './session.ts';

const stores = {};
const storeOf = (id) => (stores[id] ??= memoryStore());

// from packages/core/README.md#many-sessions-in-one-process

await Promise.all(['42', '43'].map((id) => goThrough(sessions.get(id))));
setTimeout(() => assert.fail('the signal did not end it'), 30_000);
process.kill(process.pid, 'SIGTERM');
