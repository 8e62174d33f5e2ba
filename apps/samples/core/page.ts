import { ask } from './session.ts';

// The page does not say what a login sends.
const { fetch: send } = globalThis;
globalThis.fetch = (url, init) =>
  url === '/auth/login'
    ? send(url, {
        ...init,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'ann@example.com' }),
      })
    : send(url, init);

// from packages/core/README.md#unexpired

const first = await ask(token);
const second = await ask(await tokens.replaceRejected(token.accessToken));
if (first !== 401 || second !== 200) throw new Error(`${first}, then ${second}`);
await report(['done']);
