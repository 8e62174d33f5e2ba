import assert from 'node:assert/strict';
import { attachAuth } from '@unexpired/axios';
import axios from 'axios';
import { createTokenManager } from 'unexpired';
import { refresh, signIn } from './session.ts';

const api = axios.create({ baseURL: 'https://api.example.com' });
const tokens = createTokenManager({ refresh });
await tokens.setSession(await signIn());

// from README.md#instead-of-the-interceptors-that-everybody-writes after

const answers = await Promise.all(Array.from({ length: 100 }, () => api.get('/me')));
assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
