import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import { startContractApi } from '@unexpired/testing/node';
import ky, { type KyInstance } from 'ky';
import ky114 from 'ky-1.14';
import type { RequestEvent, TokenSource } from 'unexpired';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

/** A source whose token the API refuses, and that has a good one in its place. */
const source = (): TokenSource & { readonly events: RequestEvent[] } => {
  let accessToken = 'old';
  const events: RequestEvent[] = [];
  return {
    events,
    getToken: async () => ({ accessToken }),
    replaceRejected: async () => ({ accessToken: (accessToken = 'good') }),
    report: (event) => void events.push(event),
  };
};
const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);

describe('the default of origins in ky', () => {
  it.each<[string, () => KyInstance, string]>([
    ['baseUrl', () => ky.create({ baseUrl: api.origin }), 'baseUrl'],
    ['prefix', () => ky.create({ prefix: `${api.origin}/` }), 'prefix'],
    ['both', () => ky.create({ baseUrl: api.origin, prefix: '/' }), 'baseUrl'],
    [
      'prefixUrl of ky 1',
      () => (ky114 as unknown as KyInstance).create({ prefixUrl: api.origin } as object),
      'prefixUrl',
    ],
  ])('is the base URL: %s', async (_name, create, option) => {
    const instance = create().extend(kyAuth(source()));
    expect((await instance.get('echo')).status).toBe(200);
    await instance.get('public', { [option]: api.foreignOrigin });
    expect(authorizations()).toEqual(['Bearer old', 'Bearer good', undefined]);
  });

  it('is missing in fetch, and said so', () => {
    expect(() => createAuthFetch('token', {} as never)).toThrow(/^origins: expected a list/);
    expect(() => createAuthFetch('token', undefined as never)).toThrow(/^origins: expected a list/);
    expect(() => ky.extend(kyAuth('token'))).toThrow(/^origins: expected a list/);
  });
});

describe('the source hears of', () => {
  it('a replay, and what became of it', async () => {
    const tokens = source();
    const authFetch = createAuthFetch(tokens, { origins: [api.origin] });
    await authFetch(`${api.origin}/echo?secret=1`, { method: 'post' });
    expect(tokens.events).toEqual([
      { type: 'replayed', method: 'POST', origin: api.origin, status: 200, outcome: 'accepted' },
    ]);
  });

  it('a replay that failed', async () => {
    const tokens = source();
    let sends = 0;
    const authFetch = createAuthFetch(tokens, {
      origins: [api.origin],
      fetch: async () => {
        if (sends++) throw new TypeError('fetch failed');
        return new Response('', { status: 401 });
      },
    });
    await expect(authFetch(`${api.origin}/echo`)).rejects.toThrow('fetch failed');
    expect(tokens.events).toEqual([
      { type: 'replayed', method: 'GET', origin: api.origin, status: undefined, outcome: 'failed' },
    ]);
  });

  it.each<[string, () => RequestInit | Request]>([
    [
      'a stream',
      () => ({ method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' }) as RequestInit,
    ],
    [
      'a large Request',
      () => new Request(`${api.origin}/echo`, { method: 'POST', body: 'x'.repeat(2 ** 21) }),
    ],
  ])('what was not sent again: %s', async (_name, make) => {
    const tokens = source();
    const authFetch = createAuthFetch(tokens, { origins: [api.origin] });
    const made = make();
    const response = await (made instanceof Request
      ? authFetch(made)
      : authFetch(`${api.origin}/echo`, made));
    expect(response.status).toBe(401);
    expect(tokens.events).toEqual([{ type: 'notReplayed', method: 'POST', origin: api.origin }]);
  });
});

it.each<[string, () => HeadersInit]>([
  ['no headers', () => ({})],
  ['a plain object', () => ({ 'X-SHOPIFY-access-token': 'old' })],
  ['Headers', () => new Headers({ 'X-Shopify-Access-Token': 'old' })],
])('another header carries the token alone, over what it carried: %s', async (_name, make) => {
  const sent: string[][] = [];
  const authFetch = createAuthFetch(source(), {
    origins: [api.origin],
    header: 'X-Shopify-Access-Token',
    fetch: async (_url, init: RequestInit) => {
      sent.push([...new Headers(init.headers)].flat());
      return new Response('', { status: sent.length > 2 ? 200 : 401 });
    },
  });
  await authFetch(`${api.origin}/echo`, { tokens: 'other' });
  await authFetch(`${api.origin}/echo`);
  expect(sent.map((header) => header.join(' '))).toEqual([
    'x-shopify-access-token other',
    'x-shopify-access-token old',
    'x-shopify-access-token good',
  ]);
  sent.length = 0;
  await authFetch(`${api.origin}/echo`, { headers: make() });
  expect(sent[0]).toEqual(['x-shopify-access-token', 'good']);
});
