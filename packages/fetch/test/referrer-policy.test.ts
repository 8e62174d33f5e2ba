import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import nodeFetch from 'node-fetch';
import * as undici from 'undici';

// Redirects as their `to` says, each with the policy that is next in `policies`; what came is in `seen`.
let origin: string;
let seen: (string | undefined)[];
let policies: (string | undefined)[];
const server = createServer((request, response) => {
  seen.push(request.headers.referer?.replace(origin, ''));
  const policy = policies.shift();
  if (policy === undefined) return response.end('ok');
  const given = policy === 'none' ? {} : { 'referrer-policy': policy };
  return response.writeHead(302, { location: '/next', ...given }).end();
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  seen = [];
});

const CASES: [string, string[]][] = [
  ['origin', ['origin']],
  ['no-referrer', ['no-referrer']],
  ['none at all', ['none']],
  ['one that nobody knows', ['asdasd']],
  ['several, of which the last known one counts', ['no-referrer, origin, 0943sd,,']],
  [
    'one that would say more again after a hop to which nothing was said',
    ['no-referrer', 'unsafe-url'],
  ],
  [
    'one that would say more again after a hop to which the origin was said',
    ['origin', 'unsafe-url'],
  ],
  ['same-origin and then none', ['same-origin', 'none']],
];

describe.each([
  ['undici', undici.fetch],
  ['node-fetch', nodeFetch],
])('redirects that are followed here, with the fetch of %s below', (_name, fetch) => {
  /** What a server hears of the referrer at each hop: without us, and with us. */
  const compare = async (referrer: string, hops: readonly string[]) => {
    const send = async (by: typeof globalThis.fetch): Promise<(string | undefined)[]> => {
      seen = [];
      policies = [...hops];
      await by(`${origin}/`, { referrer });
      return seen;
    };
    const bare = await send(fetch as unknown as typeof globalThis.fetch);
    return { bare, ours: await send(createAuthFetch('token', { origins: [origin], fetch })) };
  };

  it.each(CASES)(
    'say of the referrer what they say without us, for a policy of %s',
    async (_of, hops) => {
      const { bare, ours } = await compare(`${origin}/index.html?test=1`, hops);
      expect(bare).toHaveLength(hops.length + 1);
      expect(ours).toEqual(bare);
    },
  );

  it.each([['none'], ['unsafe-url'], ['origin']])(
    'say of a referrer elsewhere what they say without us, for %s',
    async (policy) => {
      const hops = [policy, 'unsafe-url'];
      const { bare, ours } = await compare('http://elsewhere.example/index.html?test=1', hops);
      expect(bare).toHaveLength(hops.length + 1);
      expect(ours).toEqual(bare);
    },
  );
});
