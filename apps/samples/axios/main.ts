import assert from 'node:assert/strict';
import { signIn } from './session.ts';

const name = 'ann@example.com';
const password = 'correct horse';

// from packages/axios/README.md#unexpiredaxios

await tokens.setSession(await signIn());
detach();
const { status } = await api.get('/me', { validateStatus: () => true });
assert.equal(status, 401, 'detached, it signs nothing');
