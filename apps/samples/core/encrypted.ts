import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { goThrough, refresh, signIn } from './session.ts';

process.env.TOKEN_KEY = randomBytes(32).toString('base64');
const redis = await createClient({ url: process.env.REDIS_URL }).connect();

// from packages/core/README.md#encryption-at-rest

const answer = await signIn();
await goThrough(tokens, answer);
const { accessToken } = await tokens.getToken();
const kept = JSON.stringify(await redis.hGetAll('session:42'));
assert.match(kept, /session/);
assert.ok(!kept.includes(accessToken) && !kept.includes(answer.refresh_token), 'it can be read');
await tokens.close();
await redis.close();
