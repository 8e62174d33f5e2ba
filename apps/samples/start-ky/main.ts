import assert from 'node:assert/strict';

const email = 'ann@example.com';
const password = 'correct horse';

// from docs/start/ky.md#with-ky
// from docs/start/ky.md#with-ky:2

assert.equal(tokens.status, 'signedIn');
const twenty = Array.from({ length: 20 }, () => client.get('https://api.example.com/me').json());
assert.equal((await Promise.all(twenty)).length, 20);
