import assert from 'node:assert/strict';
import { signIn } from './session.ts';

const tokenResponse = await signIn();

// from docs/start/servers.md#for-a-server-with-many-sessions
// from docs/start/servers.md#for-a-server-with-many-sessions:2
// from docs/start/servers.md#for-a-server-with-many-sessions:3
// from docs/start/servers.md#for-a-server-with-many-sessions:4

await assert.rejects(apiOf('43')('https://api.example.com/invoices'), { code: 'ERR_SIGNED_OUT' });
setTimeout(() => assert.fail('the signal did not end it'), 30_000);
process.kill(process.pid, 'SIGTERM');
