import assert from 'node:assert/strict';

const headers = { 'content-type': 'application/json' };
const body = JSON.stringify({ email: 'ann@example.com' });

// from packages/fetch/README.md#unexpiredfetch
{
  // from packages/fetch/README.md#unexpiredfetch:3
}
assert.equal((await fetch('https://api.example.com/me')).status, 401, 'put back');
