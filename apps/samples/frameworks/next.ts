import assert from 'node:assert/strict';
import { GET } from './route.ts';
import { signIn } from './session.ts';
import { sessions } from './sessions.ts';

const get = (headers = {}) => GET(new Request('http://127.0.0.1/api/invoices', { headers }));
const cookie = 'sid=42';
assert.equal((await get()).status, 401);
assert.equal((await get({ cookie })).status, 401);
await sessions.get('42').setSession(await signIn());
const answers = await Promise.all(Array.from({ length: 20 }, () => get({ cookie })));
assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
