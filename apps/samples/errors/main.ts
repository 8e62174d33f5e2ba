import assert from 'node:assert/strict';
import { tokenErrorOf } from 'unexpired';

let status = 403;
const refresh = async () =>
  status === 403 ? new Response('Deploying', { status }) : Response.json({ access_token: 'next' });

// from docs/errors.md#err_session_ended-although-the-session-is-alive

await tokens.setSession({ accessToken: 'first', refreshToken: 'rt' });
const error = await tokens.replaceRejected('first').catch((reason) => reason);
assert.equal(tokenErrorOf(error).action, 'retry');
assert.equal(tokens.status, 'signedIn');
