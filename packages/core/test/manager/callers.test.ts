import { describe, expect, it as once } from '@jest/globals';
import { createTokenManager } from '../../src/index.ts';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { scriptedLock } from '../support/scripted-lock.ts';
import { errorOf, httpError, outcome, testSession } from '../support/session.ts';

const HOUR = 3_600_000;

it('a refresh tells how many waited for it, also those who had their token before it ended', async () => {
  const { tokens, ofType } = testSession();
  await Promise.all([tokens.getToken(), tokens.getToken(), tokens.refresh()]);
  await settle();
  await tokens.refresh();
  await settle();
  expect(ofType('refreshEnded')).toMatchObject([
    { outcome: 'refreshed', waiting: 3 },
    { outcome: 'refreshed', waiting: 1 },
  ]);
});

describe('a call from inside the refresh', () => {
  it('is told so', async () => {
    const { tokens, server } = testSession();
    server.next(async (redeem) => {
      const { signal } = server.seen[0]?.context ?? {};
      expect(await errorOf(tokens.getToken({ signal }))).toMatchObject({
        code: 'ERR_REENTRANT',
        message: 'Called from inside the refresh that it would wait for',
      });
      return redeem();
    });
    expect(await outcome(tokens.getToken())).toBe(server.live);
    expect(server.calls).toBe(1);
  });

  it('is one with the signal of a refresh that goes on, and none afterwards', async () => {
    const { tokens, server, clock } = testSession();
    await tokens.getToken();
    await settle();
    clock.jump(2 * HOUR);
    expect(await outcome(tokens.getToken({ signal: server.seen[0]?.context.signal }))).toBe(
      server.live,
    );
  });
});

it('a call that waits while the session is signed out is told so', async () => {
  const { tokens, server } = testSession();
  server.next(() => new Promise(() => undefined));
  const waiting = errorOf(tokens.getToken());
  await settle();
  await tokens.signOut();
  expect(await waiting).toMatchObject({
    code: 'ERR_SIGNED_OUT',
    message: 'The session was signed out or replaced while this waited',
  });
});

it('a caller that has aborted already begins no refresh', async () => {
  const { tokens, server } = testSession();
  await expect(tokens.refresh({ signal: AbortSignal.abort('left') })).rejects.toBe('left');
  await settle();
  expect(server.calls).toBe(0);
});

once('earlier callers alone wait for the refresh of a session that was replaced', async () => {
  const { tokens, server, clock } = testSession({ lock: scriptedLock('open').lock });
  server.next(() => new Promise(() => undefined));
  const before = outcome(tokens.getToken());
  await settle();
  await tokens.setSession({
    accessToken: 'second',
    refreshToken: 'another',
    expiresAt: clock.now() - 1,
  });
  server.next(() => ({ access_token: 'third', refresh_token: 'next', expires_in: 3600 }));
  expect(await outcome(tokens.getToken())).toBe('third');
  expect(server.seen.map(({ refreshToken }) => refreshToken)).toEqual(['rt-1', 'another']);
  await clock.advance(30_000);
  expect(await before).toBe('ERR_WAIT_LIMIT');
});

describe('a refresh that was asked for', () => {
  it('says that nobody is signed in, where that is so', async () => {
    const tokens = createTokenManager({ refresh: () => Promise.reject(new Error('never called')) });
    expect(await errorOf(tokens.refresh())).toMatchObject({
      code: 'ERR_SIGNED_OUT',
      message: 'Nobody is signed in',
    });
  });

  it('is tried once for a session that has ended, and again where it ended anew', async () => {
    const { tokens, server } = testSession();
    const refuse = () => {
      throw httpError(400, { error: 'invalid_grant' });
    };
    server.next(refuse);
    expect(await outcome(tokens.getToken())).toBe('ERR_SESSION_ENDED');
    server.next(refuse);
    expect(await outcome(tokens.refresh())).toBe('ERR_SESSION_ENDED');
    expect(server.calls).toBe(2);
    expect(await outcome(tokens.refresh())).toBe('ERR_SESSION_ENDED');
    expect(server.calls).toBe(2);
  });
});
