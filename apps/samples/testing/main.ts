import assert from 'node:assert/strict';

// from packages/testing/README.md#unexpiredtesting

assert.deepEqual([server.counters.calls, server.counters.reuseDetections], [1, 0]);

// from packages/testing/README.md#what-can-go-wrong

await clock.advance(3_600_000);
const failed = assert.rejects(tokens.getToken());
await clock.advance(120_000);
await failed;
console.log(server.counters);
