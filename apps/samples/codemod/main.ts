import assert from 'node:assert/strict';

const said = [];
console.log = (output, steps) => said.push([output, steps]);

// from packages/codemod/README.md#unexpiredcodemod

assert.equal(migration.outcome, 'moved');
const [[output, steps]] = said;
assert.match(output, /attachAuth\(api, tokens\)/);
assert.doesNotMatch(output, /axios-auth-refresh/);
assert.ok(steps.length > 0, 'it says what is left to do');
