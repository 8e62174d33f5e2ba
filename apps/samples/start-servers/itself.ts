import assert from 'node:assert/strict';

// from docs/start/servers.md#for-itself

const twenty = Array.from({ length: 20 }, () => api('https://api.example.com/invoices'));
assert.deepEqual(new Set((await Promise.all(twenty)).map(({ status }) => status)), new Set([200]));
