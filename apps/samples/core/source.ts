import assert from 'node:assert/strict';

const asked = [];
async function current() {
  return 'first';
}
async function refreshItMyself(rejected) {
  asked.push(rejected);
  return 'next';
}

// from packages/core/README.md#where-a-token-comes-from

assert.equal((await source.getToken()).accessToken, 'first');
const replaced = await Promise.all([1, 2, 3].map(() => source.replaceRejected('first')));
assert.deepEqual(
  replaced.map(({ accessToken }) => accessToken),
  Array(3).fill('next'),
);
assert.deepEqual(asked, ['first'], 'asked once');
