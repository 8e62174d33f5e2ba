import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createTokenManager } from 'unexpired';
import { goThrough, refresh } from './session.ts';

// from packages/node/README.md#keychainkey-service-account

const tokens = createTokenManager({ store, refresh });
await goThrough(tokens);
const { accessToken } = await tokens.getToken();
await tokens.close();
assert.ok(!readFileSync('session.json', 'utf8').includes(accessToken), 'it is encrypted');
// The key is in the keychain: whoever asks that for it can read the file.
const again = encryptedStore(fileStore('session.json'), keychainKey({ service: 'tool' }));
assert.equal((await again.read()).value.tokens.accessToken, accessToken);
