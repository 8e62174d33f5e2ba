import assert from 'node:assert/strict';

const email = 'ann@example.com';
const password = 'correct horse';
let shown = 0;
const showLogin = () => shown++;

// from docs/start/axios.md#with-axios
// from docs/start/axios.md#with-axios:2
// from docs/start/axios.md#when-the-session-ends
// from docs/start/axios.md#sign-in
// from docs/start/axios.md#when-the-session-ends:2
assert.equal(shown, 0);
await tokens.signOut();
assert.equal(shown, 1);
