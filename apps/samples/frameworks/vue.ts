import assert from 'node:assert/strict';
import { effectScope } from 'vue';
import { goThrough } from './session.ts';
import { tokens } from './manager.ts';

// from docs/frameworks.md#vue

const scope = effectScope();
const status = scope.run(useSession);
await goThrough(tokens);
assert.equal(status.value, 'signedIn');
await tokens.signOut();
assert.equal(status.value, 'signedOut');
scope.stop();
await tokens.setSession({ accessToken: 'another', refreshToken: 'one' });
assert.equal(status.value, 'signedOut', 'nobody looks any more');
