import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setupServer, type SetupServer } from 'msw/node';
import { type RefreshContext, TokenError, type TokenResponse, type TokenSet } from 'unexpired';
import { clientCredentialsGrant, refreshTokenGrant, revokeToken } from '@unexpired/oauth';
import {
  type Fault,
  manualClock,
  simulatedFetch,
  type SimulatedServer,
  simulatedServer,
} from '@unexpired/testing';
import { handlers } from '@unexpired/testing/msw';
import { serve } from '@unexpired/testing/node';

const ORIGIN = 'https://id.example.com';
type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

interface Transport {
  readonly origin: string;
  readonly fetch: Fetch;
  close(): Promise<void> | void;
}

let network: SetupServer;
beforeAll(() => {
  network = setupServer();
  network.listen({ onUnhandledRequest: 'bypass' });
});
afterEach(() => network.resetHandlers());
afterAll(() => network.close());

const transports: [name: string, open: (server: SimulatedServer) => Promise<Transport>][] = [
  [
    'HTTP on loopback',
    async (server) => {
      const { origin, close } = await serve(server);
      return { origin, fetch: (url, init) => fetch(url, init), close };
    },
  ],
  [
    'msw',
    async (server) => {
      network.use(...handlers(server, ORIGIN));
      return { origin: ORIGIN, fetch: (url, init) => fetch(url, init), close: () => undefined };
    },
  ],
  [
    'simulatedFetch',
    async (server) => ({ origin: ORIGIN, fetch: simulatedFetch(server), close: () => undefined }),
  ],
];

const context = (signal = new AbortController().signal): RefreshContext => ({
  reason: 'due',
  signal,
});
const tokensOf = ({ access_token, refresh_token }: TokenResponse): TokenSet => ({
  accessToken: access_token,
  refreshToken: refresh_token,
});

const faults: Fault[] = [
  { type: 'refuse' },
  { type: 'drop', when: 'before' },
  { type: 'drop', when: 'after' },
  { type: 'status', when: 'before', status: 500 },
  { type: 'status', when: 'after', status: 500 },
  { type: 'status', when: 'before', status: 503 },
  { type: 'status', when: 'before', status: 403 },
  { type: 'retryLater' },
  { type: 'retryLater', retryAfter: 3_000 },
  { type: 'retryLater', retryAfter: 3_000, form: 'date' },
  { type: 'retryLater', retryAfter: 7_000, status: 503 },
  { type: 'oauthError', error: 'invalid_client', status: 401 },
  { type: 'oauthError', error: 'invalid_grant' },
  { type: 'oauthError', error: 'invalid_request' },
  { type: 'oauthError', error: 'server_error', status: 200 },
  { type: 'html', when: 'before' },
  { type: 'html', when: 'after' },
  { type: 'cut', when: 'before' },
  { type: 'cut', when: 'after' },
  { type: 'reshape', body: () => ({}) },
];
const rows = faults.map(
  (fault) =>
    [
      Object.values(fault)
        .filter((value) => typeof value !== 'function')
        .join(' '),
      fault,
    ] as const,
);

describe.each(transports)('over %s', (name, open) => {
  const setUp = async () => {
    const clock = manualClock();
    const server = simulatedServer({ clock });
    const transport = await open(server);
    const client = { clientId: 'web', fetch: transport.fetch };
    return {
      server,
      transport,
      refresh: refreshTokenGrant({ ...client, tokenEndpoint: `${transport.origin}/token` }),
      acquire: clientCredentialsGrant({ ...client, tokenEndpoint: `${transport.origin}/token` }),
      revoke: revokeToken({ ...client, revocationEndpoint: `${transport.origin}/revoke` }),
    };
  };

  it('tokens are redeemed, acquired and revoked, and the API accepts them', async () => {
    const { server, transport, refresh, acquire, revoke } = await setUp();
    const call = (token?: string) =>
      transport.fetch(
        `${transport.origin}/api/me?x=1`,
        token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
      );

    const second = (await refresh(tokensOf(server.login()), context())) as TokenResponse;
    const own = (await acquire(context())) as TokenResponse;

    const good = await call(second.access_token);
    expect([good.status, await good.json()]).toEqual([200, { method: 'GET', path: '/api/me' }]);
    expect((await call(own.access_token)).status).toBe(200);
    await revoke(tokensOf(second), context());
    const bad = await call(second.access_token);
    expect([bad.status, bad.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="api", error="invalid_token"',
    ]);
    const none = await call();
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="api"',
    ]);

    expect(server.counters).toMatchObject({
      calls: 2,
      redemptions: 1,
      rotations: 1,
      acquisitions: 1,
      apiRequests: 4,
      apiRefusals: 2,
    });
    await transport.close();
  });

  it.each(rows)('%s means the same as for the function', async (_what, fault) => {
    const byFunction = simulatedServer({ clock: manualClock() });
    byFunction.plan(fault);
    const expected = await byFunction
      .refresh(tokensOf(byFunction.login()), context())
      .catch((error: unknown) => error);
    const { server, transport, refresh } = await setUp();
    server.plan(fault);
    const got = await refresh(tokensOf(server.login()), context()).catch((error: unknown) => error);

    expect([expected, got].every((error) => error instanceof TokenError)).toBe(true);
    // A server that has accepted a connection, or a browser's network error, cannot look refused.
    const unsent =
      fault.type === 'refuse' && name !== 'simulatedFetch'
        ? 'unanswered'
        : (expected as TokenError).delivery;
    expect(got).toMatchObject({ code: (expected as TokenError).code, delivery: unsent });
    expect((got as TokenError).retryAfter).toBe((expected as TokenError).retryAfter);
    expect({ ...server.counters, sessionsRevoked: 0 }).toEqual({
      ...byFunction.counters,
      sessionsRevoked: 0,
    });
    await transport.close();
  });

  it('a hang lasts until the client gives up, and then nothing is under way', async () => {
    const { server, transport, refresh } = await setUp();
    server.plan({ type: 'hang', when: 'after' });
    const patience = new AbortController();
    const called = refresh(tokensOf(server.login()), context(patience.signal)).catch(
      (error: unknown) => error,
    );
    await until(() => server.counters.rotations === 1);

    patience.abort();

    expect(await called).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'unanswered' });
    await until(() => server.events.at(-1)?.type === 'failed');
    expect(server.counters.mostOutstanding).toBe(1);
    await transport.close();
  });

  it('what is no token request is told so', async () => {
    const { server, transport } = await setUp();
    const post = async (path: string, body: string) => {
      const response = await transport.fetch(transport.origin + path, {
        method: 'POST',
        body: new URLSearchParams(body),
      });
      return [response.status, ((await response.json()) as { error: string }).error];
    };

    expect(await post('/token', 'grant_type=password')).toEqual([400, 'unsupported_grant_type']);
    expect(await post('/token', 'grant_type=refresh_token')).toEqual([400, 'invalid_request']);
    expect(await post('/revoke', '')).toEqual([400, 'invalid_request']);
    expect((await transport.fetch(`${transport.origin}/token`)).status).toBe(405);
    expect(server.counters.calls).toBe(0);
    await transport.close();
  });
});

/** Waits for something that the event loop brings about. The test's own limit ends it. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}
