import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { createTokenManager, TokenError, tokenErrorOf } from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { httpError, outcome, testSession } from '../support/session.ts';

/** A session whose refresh function does this. */
const withRefresh = (refresh: () => unknown) => testSession({ refresh: refresh as never });

describe('what a refresh function throws or returns', () => {
  it.each([
    [
      '`status` and an OAuth error in `body`',
      Object.assign(new Error('x'), { status: 400, body: { error: 'invalid_grant' } }),
      'ERR_SESSION_ENDED',
    ],
    [
      '`response.status` and an OAuth error in `response.data`',
      httpError(400, { error: 'invalid_grant' }),
      'ERR_SESSION_ENDED',
    ],
    [
      'an OAuth error about the client',
      httpError(400, { error: 'unauthorized_client' }),
      'ERR_REFRESH_CONFIGURATION',
    ],
    ['a plain HTTP 401', httpError(401), 'ERR_SESSION_ENDED'],
    [
      'an OAuth error in `code`, as Expo and AppAuth have it',
      Object.assign(new Error('The token is invalid'), { code: 'invalid_grant' }),
      'ERR_SESSION_ENDED',
    ],
    ['an error whose message is an OAuth error', new Error('invalid_grant'), 'ERR_SESSION_ENDED'],
    ['an OAuth error as a string', 'invalid_client', 'ERR_REFRESH_CONFIGURATION'],
    [
      'anything else: a message that speaks of an OAuth error',
      new Error('no invalid_grant'),
      'ERR_REFRESH_UNAVAILABLE',
    ],
    ['our typed error, session ended', new TokenError('ERR_SESSION_ENDED'), 'ERR_SESSION_ENDED'],
    [
      'our typed error, configuration',
      new TokenError('ERR_REFRESH_CONFIGURATION'),
      'ERR_REFRESH_CONFIGURATION',
    ],
    ['anything else: a 500', httpError(500), 'ERR_REFRESH_UNAVAILABLE'],
    ['anything else: a network error', new TypeError('fetch failed'), 'ERR_REFRESH_UNAVAILABLE'],
    ['anything else: a string', 'failed', 'ERR_REFRESH_UNAVAILABLE'],
    ['anything else: undefined', undefined, 'ERR_REFRESH_UNAVAILABLE'],
  ])(
    'throws %s: recognised by its shape, not retried within the flight',
    async (_, thrown, code) => {
      let calls = 0;
      const { clock, tokens } = withRefresh(async () => {
        calls++;
        throw thrown as Error;
      });
      expect(await outcome(tokens.getToken())).toBe(code);
      await clock.advance(400);
      expect(calls).toBe(1);
      expect(tokens.status).toBe(code === 'ERR_SESSION_ENDED' ? 'ended' : 'signedIn');
    },
  );

  it.each([
    ['a Response', () => Response.json({ access_token: 'new', expires_in: 3600 })],
    ['what axios has', () => ({ status: 200, data: { accessToken: 'new' } })],
    ['what got has', () => ({ statusCode: 200, body: '{"access_token":"new"}' })],
  ])('returns the whole answer, %s: its tokens are read', async (_, answer) => {
    const { tokens } = withRefresh(async () => answer());
    expect(await outcome(tokens.getToken())).toBe('new');
  });

  it('throws at once, before it has returned a promise: as if it had rejected', async () => {
    const { tokens, clock } = withRefresh(() => {
      throw httpError(401);
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_SESSION_ENDED');
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('never settles: the waiter’s deadline says what the likely cause is', async () => {
    const { tokens, clock } = withRefresh(() => new Promise(() => undefined));
    const waiting = tokens.getToken().catch((error: Error) => error);
    await clock.advance(30_000);
    expect(await waiting).toMatchObject({
      code: 'ERR_WAIT_LIMIT',
      message: expect.stringMatching(/pass context.signal on.*tokens: false/),
    });
  });

  it.each([
    ['undefined', undefined, /expected a token set or a token response, got undefined/],
    ['null', null, /got null/],
    ['a text', 'secret-token', /got string/],
    ['an empty object', {}, /accessToken \(or access_token\) is missing/],
    [
      'tokens inside of something else',
      { data: { access_token: 'secret-token' } },
      /accessToken \(or access_token\) is missing/,
    ],
    [
      'a Response without tokens',
      Response.json({ message: 'secret-token' }),
      /with HTTP 200: accessToken \(or access_token\) is missing/,
    ],
    ['a Response without a body', new Response(null, { status: 204 }), /with HTTP 204: expected/],
    [
      'a token that no header may carry',
      { accessToken: 'secret-token\n' },
      /accessToken: expected visible ASCII/,
    ],
    [
      'an expiry in seconds',
      { accessToken: 'secret-token', expiresAt: 1_800_003_600 },
      /are these seconds\?/,
    ],
  ])('resolves with %s: an error that says so, and never quotes it', async (_, value, message) => {
    const { tokens } = withRefresh(async () => (value instanceof Response ? value.clone() : value));
    const error = await tokens.getToken().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_REFRESH_ANSWER', action: 'fix' });
    expect((error as Error).message).toMatch(message);
    expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain('secret-token');
    expect(tokens.status).toBe('signedIn');
  });

  it('returns a value that is no promise: taken as it is', async () => {
    const { tokens } = withRefresh(() => ({ accessToken: 'sync' }));
    expect(await outcome(tokens.getToken())).toBe('sync');
  });
});

describe('a refresh function that calls the manager', () => {
  it.each(['getToken', 'refresh', 'replaceRejected'] as const)(
    'calls %s with the flight’s own signal: the re-entrancy error, at once, and the flight fails with it where it is passed on',
    async (method) => {
      const clock = testClock();
      const tokens = createTokenManager({
        tokens: {
          accessToken: 'old',
          refreshToken: 'r',
          expiresAt: clock.now() + 60_000,
        },
        clock,
        async refresh(_, { signal }) {
          if (method === 'replaceRejected') await tokens.replaceRejected('old', { signal });
          else await tokens[method]({ signal });
          return { accessToken: 'new' };
        },
      });
      await tokens.getToken();
      const error = await tokens.refresh().catch((thrown: unknown) => thrown);
      expect(tokenErrorOf(error)).toMatchObject({ code: 'ERR_REENTRANT', action: 'fix' });
      await settle();
      expect(clock.pending).toBe(0);
    },
  );

  it('calls back without the signal: its deadline ends it with an error that names the likely cause', async () => {
    const clock = testClock();
    const inside: unknown[] = [];
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
      clock,
      async refresh() {
        await Promise.resolve(); // until here it is known that the call comes from inside
        inside.push(await tokens.getToken().catch((error: unknown) => error));
        throw inside[0];
      },
    });
    const outside = outcome(tokens.getToken());
    await clock.advance(30_000);
    expect(await outside).toBe('ERR_WAIT_LIMIT');
    expect(inside[0]).toMatchObject({
      code: 'ERR_WAIT_LIMIT',
      message: expect.stringContaining('pass context.signal on'),
    });
    expect(tokens.status).toBe('signedIn');
  });

  it('calls back without the signal, before it first waits: an error that says so, at once', async () => {
    const clock = testClock();
    const inside: unknown[] = [];
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
      clock,
      async refresh() {
        inside.push(await tokens.getToken().catch((error: unknown) => error));
        return { accessToken: 'new', refreshToken: 'r-2' };
      },
    });
    expect(await outcome(tokens.getToken())).toBe('new');
    expect(inside[0]).toMatchObject({ code: 'ERR_REENTRANT' });
  });

  it('calls setSession with its own result, as people do: the sign-in stands, and waiting requests get its token', async () => {
    const clock = testClock();
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
      clock,
      async refresh() {
        const answer = { accessToken: 'new', refreshToken: 'r2' };
        await tokens.setSession(answer);
        return answer;
      },
    });
    expect(await outcome(tokens.getToken())).toBe('new');
    expect(await outcome(tokens.getToken())).toBe('new');
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('is told why it runs, and with a signal that no caller’s abort reaches', async () => {
    const { server, tokens, clock } = testSession({ expiresIn: 3_600_000 });
    await tokens.getToken();
    await tokens.refresh();
    await clock.advance(20_000);
    await tokens.replaceRejected('at-2');
    await clock.advance(4_000_000);
    const controller = new AbortController();
    const open = server.hold();
    const waiting = outcome(tokens.getToken({ signal: controller.signal }));
    await settle();
    controller.abort('left');
    expect(await waiting).toBe('left');
    expect(server.seen.map(({ context }) => context.reason)).toEqual([
      'requested',
      'rejected',
      'due',
    ]);
    expect(server.seen.map(({ context }) => context.signal.aborted)).toEqual([false, false, false]);
    open();
  });
});
