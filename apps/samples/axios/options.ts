import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { attachAuth } from '@unexpired/axios';
import axios from 'axios';
import { createTokenManager } from 'unexpired';
import { refresh, signIn } from './session.ts';

const api = axios.create({ baseURL: 'https://api.example.com' });
const tokens = createTokenManager({ refresh });
await tokens.setSession(await signIn());
const readCookie = (name) => `the cookie ${name}`;

// from packages/axios/README.md#options

const { status } = await api.post('/me/password', {}, { validateStatus: () => true });
assert.equal(status, 419, 'signed, and not repaired');

writeFileSync('video.mp4', 'frames');
// from packages/axios/README.md#bodies

{
  // from packages/axios/README.md#limits
  attachAuth(api, tokens, { origins: ['https://api.example.com'] });
  const answer = await api.get('https://api.example.com/me');
  assert.equal(answer.config.headers.get('X-CSRF'), 'the cookie csrf');
  assert.equal(answer.data.user, 'ann@example.com');
}
