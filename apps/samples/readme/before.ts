import assert from 'node:assert/strict';
import axios from 'axios';
import { signIn } from './session.ts';

axios.defaults.baseURL = 'https://api.example.com';
const api = axios.create();
const { access_token, refresh_token } = await signIn();
const store = { accessToken: access_token, refreshToken: refresh_token };

// from README.md#instead-of-the-interceptors-that-everybody-writes before

await Promise.allSettled(Array.from({ length: 100 }, () => api.get('/me')));
await assert.rejects(api.get('/me'), 'the session is over');
