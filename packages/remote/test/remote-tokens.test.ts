import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { createAuthFetch } from '@unexpired/fetch';
import { manualClock, settle } from '@unexpired/testing';
import axios from 'axios';
import type { IssuedToken, TokenEvent, TokenManager } from 'unexpired';
import { listen } from '../../oauth/test/support/listen.ts';
import { type Broker, startBroker } from '../../service/test/support/broker.ts';
import { type RemoteTokensOptions, remoteTokens } from '../src/index.ts';

const opened: { close(): Promise<void> }[] = [];
const open = (options: Partial<RemoteTokensOptions>): TokenManager => {
  const tokens = remoteTokens({
    url: 'http://127.0.0.1:1',
    session: 'acme:42',
    credentials: 'unx_test',
    ...options,
  });
  opened.push(tokens);
  return tokens;
};
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

describe('tokens of a real broker', () => {
  let broker: Broker;
  let url: string;
  beforeEach(async () => {
    broker = await startBroker();
    url = await broker.listen();
    await broker.deposit('acme:42');
  });
  afterEach(() => broker.stop());
  const remote = (options: Partial<RemoteTokensOptions> = {}): TokenManager =>
    open({ url, credentials: broker.key, provider: 'crm', ...options });

  it.each(['fetch', 'axios'] as const)(
    'plug into %s unchanged: 50 requests of two clients, refused at once, make one refresh and all succeed',
    async (client) => {
      const { origin, stop } = await listen((request, response) => {
        void broker.provider
          .isLiveAccess(request.headers.authorization?.slice('Bearer '.length) ?? '')
          .then((isLive) => response.writeHead(isLive ? 200 : 401).end('{}'));
      });
      const sources = [remote(), remote()];
      const sends = sources.map((tokens) => {
        if (client === 'fetch') {
          const authFetch = createAuthFetch(tokens, { origins: [origin] });
          return async () => (await authFetch(`${origin}/me`)).status;
        }
        const api = axios.create({ baseURL: origin });
        attachAuth(api, tokens);
        return async () => (await api.get('/me')).status;
      });
      const statuses = await Promise.all(
        Array.from({ length: 50 }, (_, index) => (sends[index % 2] as () => Promise<number>)()),
      );
      await stop();
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(broker.provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
    },
  );

  it('carry session and generation of the service, so that one manager can replace what another one gave', async () => {
    const first = (await remote().getToken()) as IssuedToken;
    const second = await remote().replaceRejected(first);
    expect(second).toMatchObject({ session: first.session, generation: first.generation + 1 });
  });

  it('are signed in by a deposit, and signed out for everybody', async () => {
    const tokens = remote({ session: 'acme:new' });
    const events: TokenEvent['type'][] = [];
    tokens.subscribe((event) => events.push(event.type));
    expect(await tokens.ready()).toBe('signedOut');
    await tokens.setSession({
      accessToken: 'deposited',
      refreshToken: await broker.provider.newRefreshToken(),
      expiresAt: Date.now() + 3_600_000,
    });
    expect((await tokens.getToken())?.accessToken).toBe('deposited');
    expect((await tokens.getToken())?.expiresAt).toBeGreaterThan(Date.now() + 3_500_000);
    await tokens.signOut();
    expect(await tokens.getToken()).toBeUndefined();
    expect(await remote({ session: 'acme:new' }).ready()).toBe('signedOut');
    expect(events).toEqual(['ready', 'signedIn', 'signedOut']);
  });

  it('tell an ended session from one that may not be asked for', async () => {
    await expect(remote({ session: 'other:1' }).getToken()).rejects.toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
    });
    await broker.deposit('acme:dead', { expiresIn: 0.001 });
    await fetch(broker.provider.revocationEndpoint, {
      method: 'POST',
      body: new URLSearchParams({ token: broker.canaries.at(-1) as string, client_id: 'cli' }),
    });
    const dead = remote({ session: 'acme:dead' });
    expect(await dead.getToken()).toBeUndefined();
    expect(dead.status).toBe('ended');
    await expect(dead.refresh()).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' });
  });
});

describe('tokens of a service that is played', () => {
  /** What the service says next; a function may wait. */
  type Reply = (call: {
    method: string;
    body: unknown;
    authorization: string;
  }) => Response | Promise<Response>;
  const clock = manualClock();
  let calls: { method: string; url: string; body: unknown; authorization: string }[] = [];
  let reply: Reply;
  beforeEach(() => {
    calls = [];
  });
  const token = (generation: number, seconds = 3600): Response =>
    Response.json(
      {
        ...{ session: 's', generation, access_token: `access-token-${generation}` },
        ...{ token_type: 'Bearer', expires_at: clock.now() / 1000 + seconds },
      },
      { headers: { date: new Date(clock.now()).toUTCString() } },
    );
  const problem = (status: number, code: string, action: string): Response =>
    Response.json({ status, code, action, title: 'A title' }, { status });
  const played = (options: Partial<RemoteTokensOptions> = {}): TokenManager =>
    open({
      clock,
      random: () => 0.5,
      fetch: async (url, { method, body, headers }) => {
        const call = {
          ...{ method, url, body: body === undefined ? undefined : JSON.parse(body) },
          authorization: headers['authorization'] as string,
        };
        calls.push(call);
        return reply(call);
      },
      ...options,
    });

  it('are asked for once by all who wait, and not again while they are fresh', async () => {
    reply = () => token(1);
    const tokens = played();
    const all = await Promise.all(Array.from({ length: 100 }, () => tokens.getToken()));
    await tokens.getToken();
    expect(new Set(all.map((one) => one?.accessToken))).toEqual(new Set(['access-token-1']));
    expect(calls).toMatchObject([
      {
        method: 'GET',
        url: 'http://127.0.0.1:1/v1/sessions/acme:42/token',
        authorization: 'Bearer unx_test',
      },
    ]);
  });

  it('go on being used while the service is away and they are valid, and are an error after that', async () => {
    reply = () => token(1);
    const tokens = played();
    await tokens.getToken();
    reply = () => Promise.reject(new Error('unx_test in the words of a client'));
    await clock.advance(3_580_000);
    expect((await tokens.getToken())?.accessToken).toBe('access-token-1');
    const asked = calls.length;
    expect((await tokens.getToken())?.accessToken).toBe('access-token-1');
    expect(calls.length).toBe(asked); // at once, without a call
    await clock.advance(60_000);
    const failed = tokens.getToken().catch((error: unknown) => error);
    await clock.advance(60_000);
    const error = await failed;
    expect(error).toMatchObject({ name: 'TokenError', code: 'ERR_REFRESH_UNAVAILABLE' });
    expect(
      JSON.stringify([String(error), (error as Error).stack, (error as Error).cause]),
    ).not.toContain('unx_test');
    reply = () => token(2);
    await clock.advance(60_000);
    expect((await tokens.getToken())?.accessToken).toBe('access-token-2');
  });

  it('come back for who waits, once the service does', async () => {
    let isAway = true;
    reply = () => (isAway ? problem(503, 'ERR_REFRESH_UNAVAILABLE', 'retry') : token(1));
    const waiting = played().getToken();
    await settle();
    isAway = false;
    await clock.advance(10_000);
    expect((await waiting)?.accessToken).toBe('access-token-1');
  });

  it('never go back to an older generation', async () => {
    reply = () => token(5, 10);
    const tokens = played();
    await tokens.getToken();
    reply = () => token(4);
    await clock.advance(9_500);
    expect((await tokens.getToken())?.accessToken).toBe('access-token-5');
    expect((await tokens.getToken({ validFor: 8_000 }))?.accessToken).toBe('access-token-5');
  });

  it('that an API refused are given to nobody until the service has said what to use', async () => {
    reply = () => token(1);
    const tokens = played();
    await tokens.getToken();
    let release: (answer: Response) => void = () => undefined;
    reply = () => new Promise((resolve) => (release = resolve));
    const replaced = tokens.replaceRejected('access-token-1');
    await settle();
    const meanwhile = tokens.getToken();
    await settle();
    release(token(2));
    expect((await replaced)?.accessToken).toBe('access-token-2');
    expect((await meanwhile)?.accessToken).toBe('access-token-2');
    expect((await tokens.replaceRejected('access-token-1'))?.accessToken).toBe('access-token-2');
    expect(calls.map(({ method, body }) => [method, body])).toEqual([
      ['GET', undefined],
      ['POST', { rejected: { session: 's', generation: 1 } }],
    ]);
  });

  it('are the caller’s refusal where the service has nothing better', async () => {
    reply = () => token(1);
    const tokens = played();
    await tokens.getToken();
    reply = () => new Response(null, { status: 204 });
    expect(await tokens.replaceRejected('access-token-1')).toBeUndefined();
    expect(tokens.issued?.('access-token-1')).toBe(true);
    expect(tokens.issued?.('access-token-2')).toBe(false);
  });

  it('end a wait with its signal, and leave the call to the others', async () => {
    let release: (answer: Response) => void = () => undefined;
    reply = () => new Promise((resolve) => (release = resolve));
    const tokens = played();
    const leaving = new AbortController();
    const one = tokens.getToken({ signal: leaving.signal });
    const other = tokens.getToken();
    await settle();
    leaving.abort(new Error('gone'));
    await expect(one).rejects.toThrow('gone');
    release(token(1));
    expect((await other)?.accessToken).toBe('access-token-1');
    expect(calls.length).toBe(1);
  });

  it('ask a function for other credentials after a 401, once', async () => {
    reply = ({ authorization }) =>
      authorization === 'Bearer new-key' ? token(1) : problem(401, 'unauthenticated', 'fix');
    const tokens = played({ credentials: ({ rejected }) => (rejected ? 'new-key' : 'old-key') });
    expect((await tokens.getToken())?.accessToken).toBe('access-token-1');
    await expect(played({ credentials: () => 'bad-key' }).getToken()).rejects.toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
    });
    expect(calls.map(({ authorization }) => authorization)).toEqual([
      ...['Bearer old-key', 'Bearer new-key', 'Bearer bad-key', 'Bearer bad-key'],
    ]);
  });

  it('follow no redirect, so that credentials go to nobody else', async () => {
    reply = () =>
      new Response(null, { status: 307, headers: { location: 'https://evil.example' } });
    await expect(played().getToken()).rejects.toThrow('The token service redirects');
    expect(calls.length).toBe(1);
  });

  it.each<[number, string, string, string]>([
    [502, 'ERR_REFRESH_CONFIGURATION', 'fix', 'ERR_REFRESH_CONFIGURATION'],
    [500, 'ERR_STORE_RECORD', 'fix', 'ERR_STORE_RECORD'],
    [400, 'something new', 'fix', 'ERR_REFRESH_CONFIGURATION'],
  ])('make of a problem %d %s (%s) the error %s', async (status, code, action, expected) => {
    reply = () => problem(status, code, action);
    await expect(played().getToken()).rejects.toMatchObject({ code: expected });
  });

  it('are closed for good', async () => {
    reply = () => token(1);
    const tokens = played();
    await tokens.close();
    await expect(tokens.getToken()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(tokens.signOut()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(calls).toEqual([]);
  });
});

describe('options of remoteTokens', () => {
  it.each<[Partial<RemoteTokensOptions>, string]>([
    [{ url: 'http://tokens.example.com' }, 'url: expected https'],
    [{ url: 'http://127.0.0.1.example.com' }, 'url: expected https'],
    [{ url: 'http://localhost@evil.example' }, 'url: expected https'],
    [{ url: 'https://user:secret@tokens.example.com' }, 'url: expected https'],
    [{ url: 'https://tokens.example.com?a=secret' }, 'url: expected https'],
    [{ session: 'acme' }, 'session: expected tenant:rest'],
    [{ session: 'acme:a/b' }, 'session: expected tenant:rest'],
    [{ provider: '' }, 'provider: expected a name'],
    [{ waitTimeout: 5 } as never, 'remoteTokens: there is no option "waitTimeout"'],
  ])('that cannot be right are a TypeError: %j', (options, message) => {
    expect(() => open(options)).toThrow(message);
    expect(() => open(options)).not.toThrow(/secret/);
  });

  it('without a provider keep setSession from sending anything', async () => {
    await expect(open({}).setSession({ accessToken: 'a' })).rejects.toThrow(
      'give remoteTokens the name of the provider',
    );
  });
});
