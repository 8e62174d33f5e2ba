import assert from 'node:assert/strict';

// The service of the page, which this test does not have.
let asked = 0;
globalThis.fetch = async () => {
  asked++;
  return Response.json({ dark: true, beta: false });
};

// from docs/renewable.md#values-that-expire-or-must-be-made-once

assert.deepEqual(await Promise.all([flag('dark'), flag('beta')]), [true, false]);
assert.equal(asked, 1);
