import assert from 'node:assert/strict';

const email = 'ann@example.com';
const password = 'correct horse';
let shown = 0;
const showLogin = () => shown++;
const said = [];
console.log = (line) => said.push(line);

// from docs/start/fetch.md#with-fetch
// from docs/start/fetch.md#when-the-session-ends
assert.deepEqual([response.status, said], [200, []]);

// from docs/start/fetch.md#the-global-fetch
assert.equal((await fetch('https://api.example.com/me')).status, 200);
// from docs/start/fetch.md#the-global-fetch:2
assert.equal((await fetch('https://api.example.com/me')).status, 401, 'put back');

await tokens.signOut();
assert.equal(shown, 1);
