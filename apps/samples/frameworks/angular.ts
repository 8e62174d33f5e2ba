import assert from 'node:assert/strict';
import { signIn } from './session.ts';
import { tokens } from './manager.ts';

await tokens.setSession(await signIn());

// from docs/frameworks.md#angular

const twenty = Array.from({ length: 20 }, () => fetch('https://api.example.com/me'));
assert.deepEqual(new Set((await Promise.all(twenty)).map(({ status }) => status)), new Set([200]));
