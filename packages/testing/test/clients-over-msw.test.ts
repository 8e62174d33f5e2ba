import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setupServer } from 'msw/node';
import { createTokenManager, type TokenManager, type TokenResponse, tokenErrorOf } from 'unexpired';
import { clientCredentialsGrant, refreshTokenGrant } from '@unexpired/oauth';
import { type SimulatedServer, simulatedServer } from '@unexpired/testing';
import { handlers } from '@unexpired/testing/msw';
import { axiosClient, newest } from '../../axios/test/contract/clients.ts';
import { fetchClient, kyClient } from '../../fetch/test/contract/clients.ts';

// The clients as they are, a token endpoint that fails on cue, and the strict kind of server, all within msw.
const ORIGIN = 'https://api.example.com';
const PATH = `${ORIGIN}/api/me`;
const BURST = 20;
const clients = [
  axiosClient({ from: newest, adapter: 'http', oneShotBodies: {} }),
  axiosClient({ from: newest, adapter: 'fetch', oneShotBodies: {} }),
  fetchClient({ oneShotBodies: {} }),
  kyClient('ky', { retry: 0 }, { oneShotBodies: {} }),
];

const network = setupServer();
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }));
afterEach(() => network.resetHandlers());
afterAll(() => network.close());

const endpoint = { tokenEndpoint: `${ORIGIN}/token`, clientId: 'web' };
const gate = (): { open: () => void; opened: Promise<void> } => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
};

describe.each(clients.map((client) => [client.name, client] as const))(
  '%s over msw',
  (_name, client) => {
    function signedIn({ expired, waitTimeout }: { expired: boolean; waitTimeout?: number }) {
      const server = simulatedServer();
      network.use(...handlers(server, ORIGIN));
      const { access_token, refresh_token }: TokenResponse = server.login();
      const first = {
        accessToken: access_token,
        refreshToken: refresh_token,
        expiresAt: expired ? 0 : Date.now() + 3_600_000,
      };
      const tokens = createTokenManager({
        tokens: first,
        refresh: refreshTokenGrant(endpoint),
        waitTimeout,
        random: () => 0,
      });
      return { server, tokens, send: sender(tokens) };
    }
    const sender = (tokens: TokenManager) => {
      const send = client.create(tokens, { origins: [ORIGIN] });
      return (signal?: AbortSignal) => send({ url: PATH, signal });
    };
    const burst = (send: () => Promise<{ status: number }>) =>
      Promise.all(Array.from({ length: BURST }, async () => (await send()).status));
    const once = ({ counters }: SimulatedServer) =>
      expect(counters).toMatchObject({ redemptions: 1, rotations: 1, reuseDetections: 0 });
    const codeOf = async (
      sending: Promise<{ explained: unknown }>,
    ): Promise<string | undefined> => {
      const outcome = await sending.then(
        ({ explained }) => explained,
        (error: unknown) => error,
      );
      return tokenErrorOf(outcome)?.code;
    };

    it('a burst that finds the token expired: one refresh, everybody answered', async () => {
      const { server, send } = signedIn({ expired: true });
      expect(await burst(send)).toEqual(Array(BURST).fill(200));
      once(server);
      expect(server.counters.apiRefusals).toBe(0);
    });

    it('a burst that is refused: one refresh, everybody replayed', async () => {
      const { server, send } = signedIn({ expired: false });
      server.endAccessTokens();
      expect(await burst(send)).toEqual(Array(BURST).fill(200));
      once(server);
    });

    it('a 401 that comes late, for a token that was replaced before that: replayed without a refresh', async () => {
      const { server, tokens } = signedIn({ expired: false });
      const old = await tokens.getToken();
      server.endAccessTokens();
      await tokens.refresh();
      // It was signed with the old token, before the others refreshed.
      const late = client.create({ ...tokens, getToken: async () => old }, { origins: [ORIGIN] });
      expect((await late({ url: PATH })).status).toBe(200);
      once(server);
    });

    it('a refresh that is refused ends the session once, for everybody with the same error', async () => {
      const { server, tokens, send } = signedIn({ expired: true });
      server.plan({ type: 'oauthError', error: 'invalid_grant' });
      const codes = await Promise.all(Array.from({ length: BURST }, () => codeOf(send())));
      expect(new Set(codes)).toEqual(new Set(['ERR_SESSION_ENDED']));
      expect([tokens.status, server.counters.calls]).toEqual(['ended', 1]);
    });

    it('a token endpoint that is down: everybody gets the error, the session stays', async () => {
      const { server, tokens, send } = signedIn({ expired: true });
      server.plan(
        ...Array.from(
          { length: 10 },
          () => ({ type: 'status', when: 'before', status: 500 }) as const,
        ),
      );
      const codes = await Promise.all(Array.from({ length: BURST }, () => codeOf(send())));
      expect(new Set(codes)).toEqual(new Set(['ERR_REFRESH_UNAVAILABLE']));
      expect([tokens.status, server.counters.redemptions]).toEqual(['signedIn', 0]);
    });

    it('a token endpoint that hangs: nobody waits for longer than their time', async () => {
      const { server, tokens, send } = signedIn({ expired: true, waitTimeout: 1 });
      const end = gate();
      server.plan({ type: 'delay', when: 'after', until: end.opened });
      expect(await codeOf(send())).toBe('ERR_WAIT_LIMIT');
      end.open();
      await tokens.close();
      once(server);
    });

    it('an API that always says 401: one refresh, one replay, and the client’s own 401', async () => {
      const { server, send } = signedIn({ expired: false });
      server.endAccessTokens();
      server.plan({
        type: 'reshape',
        body: (body) => ({ ...body, access_token: 'never-accepted' }),
      });
      expect((await send()).status).toBe(401);
      expect(server.counters).toMatchObject({ calls: 1, apiRequests: 2, apiRefusals: 2 });
    });

    it('a sign-out while refreshing: waiting requests are told, and what arrives afterwards signs nobody in', async () => {
      const { server, tokens, send } = signedIn({ expired: true });
      const end = gate();
      server.plan({ type: 'delay', when: 'after', until: end.opened });
      const waiting = codeOf(send());
      while (server.counters.rotations === 0) await new Promise((resolve) => setImmediate(resolve));
      await tokens.signOut();
      expect(await waiting).toBe('ERR_SIGNED_OUT');
      end.open();
      await tokens.close();
      expect(tokens.status).toBe('signedOut');
    });

    it('a waiter who leaves: the others are served by the same refresh', async () => {
      const { server, send } = signedIn({ expired: true });
      const end = gate();
      server.plan({ type: 'delay', when: 'after', until: end.opened });
      const controller = new AbortController();
      const [leaving, staying] = [send(controller.signal), send()];
      const left = expect(leaving).rejects.toBeDefined();
      controller.abort();
      await left;
      end.open();
      expect((await staying).status).toBe(200);
      once(server);
    });

    it('client credentials: a burst acquires once', async () => {
      const server = simulatedServer();
      network.use(...handlers(server, ORIGIN));
      const send = sender(
        createTokenManager({
          acquire: clientCredentialsGrant({ ...endpoint, clientSecret: 'secret' }),
        }),
      );
      expect(await burst(send)).toEqual(Array(BURST).fill(200));
      expect(server.counters.acquisitions).toBe(1);
    });

    it('nobody is signed in: the request goes out unsigned', async () => {
      const server = simulatedServer();
      network.use(...handlers(server, ORIGIN));
      const send = sender(createTokenManager({ refresh: refreshTokenGrant(endpoint) }));
      expect((await send()).status).toBe(401); // the API's own answer
      expect(server.counters).toMatchObject({ calls: 0, apiRequests: 1 });
    });
  },
);
