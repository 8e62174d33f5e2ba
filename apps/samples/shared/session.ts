// What samples do with a session, in Node and in a browser.

const post = (path, body) =>
  fetch(`https://api.example.com${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** What a login yields. */
export const signIn = async (name = 'ann@example.com') =>
  (await post('/auth/login', { name })).json();

/** A refresh as most pages show it. */
export const refresh = ({ refreshToken }) => post('/auth/refresh', { refreshToken });

/** The status that the API answers to a token. */
export async function ask({ accessToken }) {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await fetch('https://api.example.com/me', { headers })).status;
}

/** Signs in. The API refuses the first token, and takes the one that ten who ask at once get in its place. */
export async function goThrough(tokens, answer) {
  await tokens.setSession(answer ?? (await signIn()));
  const token = await tokens.getToken();
  const next = await Promise.all(
    Array.from({ length: 10 }, () => tokens.replaceRejected(token.accessToken)),
  );
  const statuses = [await ask(token), await ask(next[0])];
  const accessTokens = new Set(next.map(({ accessToken }) => accessToken));
  if (statuses.join() !== '401,200' || accessTokens.size !== 1)
    throw new Error(`${statuses} to ${accessTokens.size} tokens`);
}
