import assert from 'node:assert/strict';

const email = 'ann@example.com';
const password = 'correct horse';

// from README.md#with-axios

const { status } = await api.get('/me', { validateStatus: () => true });
assert.equal(status, 401, 'nobody is signed in any more');
