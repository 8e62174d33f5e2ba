import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { startContractApi } from '@unexpired/testing/node';
import * as undici from 'undici';
import { createTokenManager, type TokenInput } from 'unexpired';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());

type Fetch = (input: unknown, init?: unknown) => Promise<{ readonly status: number }>;

/** What no fetch takes. `aborted`, because a wait looks at it. */
const BAD: Record<string, unknown> = {
  'a signal that is none': { signal: {} },
  'a signal without a prototype': { signal: Object.create(null) },
  'a signal that is a text': { signal: '' },
  'a signal that says it is aborted, and is none': { signal: { aborted: true } },
  'a method that is a list': { method: ['GET', 'POST'] },
  'a method that is an object': { method: {} },
  'a method that is a symbol': { method: Symbol('GET') },
  'a forbidden method': { method: 'CONNECT' },
  'a mode that does not exist': { mode: 'none' },
  'a header name with a blank': { headers: { 'x y': '1' } },
  'a header value with a line break': { headers: { x: '1\n2' } },
  'headers that are a list of texts': { headers: ['x'] },
  'a GET with a body': { body: 'x' },
  'an init that is a text': 'POST',
};

const outcome = async (fetch: Fetch, url: string, init: unknown): Promise<unknown> =>
  fetch(url, init).then(
    ({ status }) => status,
    (error: Error) => [error.name, error.message],
  );

/** Where a token is known at once, where it is waited for, where there is none, and where it cannot be had. */
const sources: Record<string, () => TokenInput> = {
  'a token': () => 'token',
  'a token that is waited for': () => async () => 'token',
  nobody: () => async () => undefined,
  'a session': () =>
    createTokenManager({
      tokens: { accessToken: 'token', refreshToken: 'r', expiresAt: Date.now() + 3_600_000 },
      refresh: () => Promise.reject(new Error('not needed')),
    }),
};

describe.each([
  ['the platform’s', globalThis.fetch as Fetch],
  ['undici’s', undici.fetch as unknown as Fetch],
])('%s fetch', (_name, bare) => {
  it.each(Object.entries(BAD))('refuses %s as it does without us', async (_what, init) => {
    const url = `${api.origin}/public`;
    const expected = await outcome(bare, url, init);
    for (const make of Object.values(sources)) {
      const authFetch = createAuthFetch(make(), { origins: [api.origin], fetch: bare });
      expect(await outcome(authFetch as Fetch, url, init)).toEqual(expected);
    }
  });
});
