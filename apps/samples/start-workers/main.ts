import assert from 'node:assert/strict';
import { signIn } from './session.ts';

const paused = [];
const queue = {
  async pause(jobs) {
    paused.push(jobs);
  },
};

// from docs/start/workers.md#jobs-on-several-machines

await assert.rejects(work({ ids: ['1'] }), { code: 'ERR_SIGNED_OUT' });
assert.deepEqual(paused, ['crm']);
await tokens.setSession(await signIn());
await work({ ids: Array.from({ length: 20 }, (_, index) => String(index)) });
setTimeout(() => assert.fail('the signal did not end it'), 30_000);
process.kill(process.pid, 'SIGTERM');
