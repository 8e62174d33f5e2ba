import assert from 'node:assert/strict';

const email = 'ann@example.com';
const password = 'correct horse';

// from README.md#with-fetch

assert.equal((await me.json()).user, 'ann@example.com');
