import assert from 'node:assert/strict';
import { close, deposit } from './service.ts';
import { signIn } from './session.ts';

// from packages/remote/README.md#unexpiredremote

await deposit(await signIn());
const answers = await Promise.all(Array.from({ length: 20 }, () => api.get('/contacts')));
assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
await tokens.close();
await close();
