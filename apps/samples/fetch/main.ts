import assert from 'node:assert/strict';
import { signIn } from './session.ts';

const headers = { 'content-type': 'application/json' };
const body = JSON.stringify({ email: 'ann@example.com' });
const url = 'https://api.example.com/files/1';
const file = new Blob(['text']);

// from packages/fetch/README.md#unexpiredfetch

assert.equal((await authFetch('https://api.example.com/me')).status, 401, 'signed out');

await tokens.setSession(await signIn());
// from packages/fetch/README.md#unexpiredfetch:2
// from packages/fetch/README.md#bodies
