// Loaded into every process of another project's tests: puts our fetch in the place of the global one.
import type * as unexpiredFetch from '@unexpired/fetch';

// What users get is the build. It is named as a URL because the types are checked before it is there.
const built = new URL('../../../packages/fetch/dist/index.mjs', import.meta.url).href;
const { createAuthFetch } = (await import(built)) as typeof unexpiredFetch;

type GetToken = () => Promise<{ accessToken: string } | undefined>;

const WAYS: Record<string, GetToken> = {
  fresh: async () => ({ accessToken: 'upstream' }),
  slow: async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { accessToken: 'upstream' };
  },
  nobody: async () => undefined,
};

const getToken = WAYS[process.env['UNEXPIRED_UPSTREAM'] ?? ''];
if (getToken) {
  const original = globalThis.fetch;
  const tokens = { getToken, replaceRejected: async () => undefined };
  // The tests listen at any port, and an origin has to be listed: each gets a fetch of its own.
  const fetches = new Map<string, unexpiredFetch.AuthFetch>();
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const origin = URL.canParse(url) ? new URL(url).origin : 'null';
    if (!/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(origin))
      return original(input, init);
    let fetch = fetches.get(origin);
    if (!fetch) {
      fetch = createAuthFetch(tokens, { origins: [origin], fetch: original });
      fetches.set(origin, fetch);
    }
    return fetch(input, init);
  };
}
