import assert from 'node:assert/strict';
import { goThrough, signIn } from './session.ts';

const answerOfTheTokenEndpoint = await signIn();

// from docs/start/oauth.md#with-an-oauth-2-token-endpoint

await goThrough(tokens, answerOfTheTokenEndpoint);
const [one, another] = await Promise.all([service.getToken(), service.getToken()]);
assert.equal(one.accessToken, another.accessToken);
await tokens.signOut();
assert.equal(await tokens.getToken(), undefined);
