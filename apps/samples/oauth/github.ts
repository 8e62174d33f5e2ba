import assert from 'node:assert/strict';
import { createTokenManager, tokenErrorOf } from 'unexpired';

// In the place of GitHub, which this test leaves alone: its answer to a refresh token that it does not take.
const asked = [];
globalThis.fetch = async (url, { body }) => {
  asked.push([url, body.get('refresh_token')]);
  return Response.json({
    error: 'bad_refresh_token',
    error_description: 'It is incorrect or expired.',
  });
};

// from packages/oauth/README.md#options

await session.setSession({ access_token: 'at', refresh_token: 'rt', expires_in: 0 });
const error = await session.getToken().catch((reason) => reason);
assert.equal(tokenErrorOf(error).code, 'ERR_SESSION_ENDED');
assert.equal(session.status, 'ended');
assert.deepEqual(asked, [['https://github.com/login/oauth/access_token', 'rt']]);
