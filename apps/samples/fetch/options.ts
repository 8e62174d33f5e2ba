import assert from 'node:assert/strict';
import { createAuthFetch } from '@unexpired/fetch';
import { createTokenManager } from 'unexpired';
import { refresh, signIn } from './session.ts';

const tokens = createTokenManager({ refresh });
await tokens.setSession(await signIn());

// from packages/fetch/README.md#options

const password = await authFetch('https://api.example.com/me/password', { method: 'POST' });
assert.equal(password.status, 419, 'signed, and not repaired');
const me = await authFetch('https://api.example.com/me');
assert.equal(me.status, 200);
