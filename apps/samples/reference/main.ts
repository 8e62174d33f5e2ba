import assert from 'node:assert/strict';

let asked = 0;
const refresh = async () => {
  asked++;
  return Response.json({ error: 'bad_refresh_token' });
};

{
  // from docs/reference.md#what-ends-a-session

  await tokens.setSession({ accessToken: 'first', refreshToken: 'rt' });
  const error = await tokens.replaceRejected('first').catch((reason) => reason);
  assert.deepEqual([asked, tokens.status], [1, 'ended']);
  assert.equal(tokenErrorOf(new Error('mine', { cause: error }))?.action, 'signIn');
  // from docs/reference.md#errors
}
