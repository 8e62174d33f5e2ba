import assert from 'node:assert/strict';
import { goThrough } from './session.ts';

// from packages/oauth/README.md#unexpiredoauth

await goThrough(session);
await session.signOut();
assert.equal(await session.getToken(), undefined);

const [one, another] = await Promise.all([service.getToken(), service.getToken()]);
assert.equal(one.accessToken, another.accessToken);
