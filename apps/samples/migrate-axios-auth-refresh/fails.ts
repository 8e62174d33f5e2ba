import { is } from './check.ts';

let drafts = 0;
const saveDraft = () => drafts++;

// from docs/migrate/axios-auth-refresh.md#from-axios-auth-refresh

await tokens.setSession({
  accessToken: 'old',
  refreshToken: 'spent',
  expiresAt: Date.now() - 1000,
});
// from docs/migrate/axios-auth-refresh.md#when-the-refresh-fails:3
is('drafts', drafts, 1);
is('the session', tokens.status, 'ended');

// Servers of other shapes, which the page only tells of.
let answer;
auth.defaults.adapter = async (config) => {
  const response = { ...answer, headers: {}, config };
  if (answer.status === 200) return response;
  throw new axios.AxiosError('refused', 'ERR_BAD_REQUEST', config, null, response);
};
{
  // from docs/migrate/axios-auth-refresh.md#token-shapes-and-expiry
  answer = { status: 200, data: { tokens: { access: 'a', refresh: 'r' }, validForSeconds: 60 } };
  await tokens.setSession(tokenSetOf(answer.data));
  answer.data.tokens.access = 'another';
  is('a token of its shape', (await tokens.replaceRejected('a')).accessToken, 'another');
}
{
  // from docs/migrate/axios-auth-refresh.md#when-the-refresh-fails
  answer = { status: 409, data: { code: 'SESSION_GONE' } };
  await tokens.setSession({ accessToken: 'first', refreshToken: 'r2' });
  const error = await tokens.replaceRejected('first').catch((reason) => reason);
  is('a refusal of its own', tokenErrorOf(error)?.code, 'ERR_SESSION_ENDED');
}
{
  // from docs/migrate/axios-auth-refresh.md#tests
  is('in a test', (await inTest.getToken()).accessToken, 'from-the-test');
  is('in a test', (await inTest.replaceRejected('from-the-test')).accessToken, 'after-a-refresh');
}
await report(['done']);
