import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

const encryption = randomBytes(32);

// from packages/service/README.md#unexpiredservice

const ask = async (path, authorization) =>
  (await service.fetch(new Request(`http://127.0.0.1/${path}`, { headers: { authorization } })))
    .status;
assert.equal(await ask('readyz', ''), 200);
assert.equal(await ask('v1/sessions/acme:42/token', `Bearer ${key}`), 404);
assert.equal(await ask('v1/sessions/other:42/token', `Bearer ${key}`), 403);
assert.equal(await ask('v1/sessions/acme:42/token', 'Bearer wrong'), 401);
await service.close();
process.exit();
