import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { httpError, outcome, testSession } from '../support/session.ts';

/** A session with a token that the first request was sent with. */
const signedIn = async (options: Parameters<typeof testSession>[0] = {}) => {
  const session = testSession({ expiresIn: 3_600_000, ...options });
  await session.tokens.getToken();
  return session;
};
const times = <T>(count: number, run: () => T): T[] => Array.from({ length: count }, run);
const unavailable = () => {
  throw httpError(500);
};

describe('401', () => {
  it('request carried an older generation of the same session: replayed with the current token, no refresh', async () => {
    const { server, tokens, ofType } = await signedIn();
    await tokens.refresh();
    expect(await Promise.all(times(50, () => outcome(tokens.replaceRejected('at-1'))))).toEqual(
      times(50, () => 'at-2'),
    );
    expect(server.calls).toBe(1);
    expect(ofType('rejected').every(({ then }) => then === 'late')).toBe(true);
  });

  it('request carried an older generation, and the current one has expired since: one refresh, then the replay', async () => {
    const { clock, server, tokens } = await signedIn();
    await tokens.refresh();
    await clock.advance(3_600_001);
    expect(await Promise.all(times(5, () => outcome(tokens.replaceRejected('at-1'))))).toEqual(
      times(5, () => 'at-3'),
    );
    expect(server.calls).toBe(2);
  });

  it('current generation: one forced flight for it, then one replay', async () => {
    const { server, tokens, ofType } = await signedIn();
    expect(await Promise.all(times(50, () => outcome(tokens.replaceRejected('at-1'))))).toEqual(
      times(50, () => 'at-2'),
    );
    expect(server.calls).toBe(1);
    expect(server.seen[0]?.context.reason).toBe('rejected');
    expect(ofType('rejected').every(({ then }) => then === 'refresh')).toBe(true);
  });

  it('current generation, a background refresh under way: becomes forced, no second flight', async () => {
    const { clock, server, tokens } = await signedIn({ backgroundWindow: 600_000 });
    await clock.advance(3_300_000);
    const open = server.hold();
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(server.calls).toBe(1);
    const refused = outcome(tokens.replaceRejected('at-1'));
    const next = outcome(tokens.getToken());
    open();
    expect([await refused, await next]).toEqual(['at-2', 'at-2']);
    expect(server.calls).toBe(1);
  });

  it('current generation: a refused request gets the error when it cannot be replaced; one that was not sent yet gets the token, which other routes may accept', async () => {
    const { server, tokens } = await signedIn();
    server.next(unavailable);
    const refused = outcome(tokens.replaceRejected('at-1'));
    const another = outcome(tokens.getToken());
    expect(await refused).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(await another).toBe('at-1');
    expect(await outcome(tokens.getToken())).toBe('at-1');
    expect(server.calls).toBe(1);
  });

  it('again on the replay, or with a token just obtained: the caller gets that 401, an error that says why, and no flight', async () => {
    const { server, tokens, ofType } = await signedIn();
    const replay = await outcome(tokens.replaceRejected('at-1'));
    expect(replay).toBe('at-2');
    expect(await Promise.all(times(20, () => outcome(tokens.replaceRejected('at-2'))))).toEqual(
      times(20, () => 'ERR_REFRESH_LIMIT'),
    );
    expect(ofType('rejected').at(-1)).toMatchObject({ then: 'limited' });
    expect(server.calls).toBe(1);
  });

  it('with a token just obtained, seen before the flight has landed: the same', async () => {
    const { server, tokens } = await signedIn();
    const got = await tokens.refresh();
    const again = outcome(tokens.replaceRejected(got.accessToken)); // not even a microtask later
    expect(await again).toBe('ERR_REFRESH_LIMIT');
    expect(server.calls).toBe(1);
  });

  it('with every token that is obtained, for ten minutes: back-off and limiter stop the loop', async () => {
    const { clock, server, tokens } = await signedIn();
    for (let tick = 0; tick < 6000; tick++) {
      const token = await tokens.getToken().catch(() => undefined);
      if (token !== undefined) await outcome(tokens.replaceRejected(token.accessToken));
      await clock.advance(100);
    }
    expect(server.calls).toBeGreaterThan(5);
    expect(server.calls).toBeLessThanOrEqual(16); // one at first, then after 1, 2, 4 ... 60 s
    expect(server.reuses).toBe(0);
  }, 20_000);

  it('with a token that was good for a while: replaced at once, however often that happens', async () => {
    const { clock, server, tokens } = await signedIn();
    for (let round = 0; round < 20; round++) {
      const token = await tokens.getToken();
      expect(await outcome(tokens.replaceRejected(token?.accessToken ?? ''))).toBe(
        `at-${round + 2}`,
      );
      await clock.advance(60_000);
    }
    expect(server.calls).toBe(20);
  });

  it('with a token that we never gave: untouched', async () => {
    const { server, tokens, ofType } = await signedIn();
    expect(await outcome(tokens.replaceRejected('a-stranger'))).toBeUndefined();
    expect(await outcome(tokens.getToken())).toBe('at-1');
    expect(ofType('rejected')).toEqual([]);
    expect(server.calls).toBe(0);
  });
});

describe('401 when no refresh can be had', () => {
  it('current generation, but dead: our error, no flight; a manual refresh() may try it once more', async () => {
    const { server, tokens } = await signedIn();
    for (let call = 0; call < 2; call++)
      server.next(() => {
        throw httpError(400, { error: 'invalid_grant' });
      });
    expect(await outcome(tokens.refresh())).toBe('ERR_SESSION_ENDED');
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('ERR_SESSION_ENDED');
    expect(server.calls).toBe(1);
    expect(await outcome(tokens.refresh())).toBe('ERR_SESSION_ENDED');
    expect(server.calls).toBe(2);
    expect(await outcome(tokens.refresh())).toBe('ERR_SESSION_ENDED');
    expect(server.calls).toBe(2);
  });

  it('dead, and the manual refresh() works: the session is alive again', async () => {
    const { server, tokens } = await signedIn();
    server.next(() => {
      throw httpError(400, { error: 'invalid_grant' });
    });
    await outcome(tokens.refresh());
    expect(tokens.status).toBe('ended');
    expect(await outcome(tokens.refresh())).toBe('at-2');
    expect(tokens.status).toBe('signedIn');
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('current generation, but in back-off: a request that can wait joins the next try, by hand too; no flight before that', async () => {
    const { clock, server, tokens } = await signedIn();
    server.next(unavailable);
    await outcome(tokens.replaceRejected('at-1'));
    const waiting = [
      ...times(9, () => outcome(tokens.replaceRejected('at-1'))),
      outcome(tokens.refresh()),
    ];
    await clock.advance(499); // the shortest back-off
    expect(server.calls).toBe(1);
    await clock.advance(600);
    expect(await Promise.all(waiting)).toEqual(times(10, () => 'at-2'));
    expect(server.calls).toBe(2);
  });

  it('current generation, but in a back-off that is longer than the caller waits: our error, no flight, not even by hand', async () => {
    const { server, tokens } = await signedIn({ waitTimeout: 400 });
    server.next(unavailable);
    await outcome(tokens.replaceRejected('at-1'));
    expect(await Promise.all(times(9, () => outcome(tokens.replaceRejected('at-1'))))).toEqual(
      times(9, () => 'ERR_REFRESH_UNAVAILABLE'),
    );
    expect(await outcome(tokens.refresh())).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(server.calls).toBe(1);
  });
});

describe('401 of another session or generation', () => {
  it('of a session that has been signed out: the original 401', async () => {
    const { server, tokens } = await signedIn();
    await tokens.signOut();
    expect(await outcome(tokens.replaceRejected('at-1'))).toBeUndefined();
    expect(server.calls).toBe(0);
  });

  it('of a session replaced by another sign-in: the original 401, never the other’s token, and that one is not doubted', async () => {
    const { server, tokens } = await signedIn();
    await tokens.setSession({ accessToken: 'other', refreshToken: 'rt-other' });
    expect(await outcome(tokens.replaceRejected('at-1'))).toBeUndefined();
    expect(await outcome(tokens.getToken())).toBe('other');
    expect(server.calls).toBe(0);
  });

  it('of a session replaced while the refresh ran: an error about signing in, never the other’s token', async () => {
    const { server, tokens } = await signedIn();
    const open = server.hold();
    const refused = outcome(tokens.replaceRejected('at-1'));
    await settle();
    await tokens.setSession({ accessToken: 'other', refreshToken: 'rt-other' });
    open();
    expect(await refused).toBe('ERR_SIGNED_OUT');
  });

  it('of a session that is being replaced while the sign-in is stored: the original 401, and the new session is not refreshed', async () => {
    const { server, tokens } = await signedIn();
    const signingIn = tokens.setSession({ accessToken: 'other', refreshToken: 'rt-other' });
    const refused = outcome(tokens.replaceRejected('at-1'));
    const next = outcome(tokens.getToken());
    await signingIn;
    expect([await refused, await next]).toEqual([undefined, 'other']);
    expect(server.calls).toBe(0);
  });

  it('the same token for another generation: a refused request never gets an identical token string', async () => {
    const { server, tokens } = await signedIn();
    server.next((redeem) => ({ ...redeem(), access_token: 'at-1' }));
    expect(await outcome(tokens.replaceRejected('at-1'))).toBeUndefined();
    expect(server.calls).toBe(1);
  });

  it('of a token remembered from long ago: still recognised', async () => {
    const { clock, tokens } = await signedIn();
    for (let round = 0; round < 500; round++) {
      await tokens.refresh();
      await clock.advance(60_000);
    }
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('at-501');
    expect(tokens.issued?.('at-1')).toBe(true);
  });
});

describe('a request that was not sent yet', () => {
  it('gets the token while it is still valid, with an event, when the refresh fails', async () => {
    const { clock, server, tokens, ofType } = await signedIn();
    await clock.advance(3_580_000);
    server.next(unavailable);
    expect(await outcome(tokens.getToken())).toBe('at-1');
    expect(ofType('refreshEnded').filter(({ outcome: how }) => how === 'failed')).toHaveLength(1);
    expect(await outcome(tokens.getToken())).toBe('at-1');
    expect(server.calls).toBe(1);
  });

  it('gets a typed error once it has expired', async () => {
    const { clock, server, tokens } = await signedIn();
    await clock.advance(3_600_000);
    server.next(unavailable);
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
  });

  it('gets the token while it is valid, although somebody else was refused with it, and the refresh failed', async () => {
    const { server, tokens } = await signedIn();
    server.next(unavailable);
    await outcome(tokens.replaceRejected('at-1'));
    expect(await outcome(tokens.getToken())).toBe('at-1');
  });

  it('gets nothing of a session that has ended and whose token was refused', async () => {
    const { server, tokens } = await signedIn();
    server.next(() => {
      throw httpError(400, { error: 'invalid_grant' });
    });
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('ERR_SESSION_ENDED');
    expect(await outcome(tokens.getToken())).toBeUndefined();
  });

  it('gets the token while it is still valid when the token endpoint hangs, after its deadline', async () => {
    const { clock, server, tokens } = await signedIn({ waitTimeout: 5000 });
    await clock.advance(3_580_000);
    server.hold();
    const waiting = outcome(tokens.getToken());
    await clock.advance(5000);
    expect(await waiting).toBe('at-1');
  });

  it('gets an error after its deadline when the token has expired by then', async () => {
    const { clock, server, tokens } = await signedIn({ waitTimeout: 20_000 });
    await clock.advance(3_590_000);
    server.hold();
    const waiting = outcome(tokens.getToken());
    await clock.advance(20_000);
    expect(await waiting).toBe('ERR_WAIT_LIMIT');
  });

  it('gets, after sign-out: nothing, at once', async () => {
    const { tokens } = await signedIn();
    await tokens.signOut();
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
  });

  it('and asks for a token that is good for longer gets the valid one when no better can be had', async () => {
    const { clock, server, tokens } = await signedIn();
    await clock.advance(1_800_000);
    server.next(unavailable);
    expect(await outcome(tokens.getToken({ validFor: 3_000_000 }))).toBe('at-1');
    expect(await outcome(tokens.getToken({ validFor: 3_000_000 }))).toBe('at-1');
    expect(server.calls).toBe(1);
  });

  it('and asks, with many others, for longer than any token is good for once it has come: two refreshes for all of them', async () => {
    const { clock, server, tokens } = testSession({ lifetime: 60, waitTimeout: 300_000 });
    const slow = (redeem: () => unknown) =>
      new Promise((resolve) => clock.setTimeout(() => resolve(redeem()), 10_000));
    for (let call = 0; call < 20; call++) server.next(slow);
    const waits = times(20, () => outcome(tokens.getToken({ validFor: 400_000 })));
    await clock.advance(5000);
    const late = outcome(tokens.getToken({ validFor: 400_000 }));
    await clock.advance(60_000);
    expect(await Promise.all([...waits, late])).toEqual(times(21, () => 'at-3'));
    expect(server.calls).toBe(2);
  });

  it('and asks for longer than any token lives does not refresh for ever', async () => {
    const { server, tokens } = await signedIn();
    for (let call = 0; call < 20; call++) await tokens.getToken({ validFor: 86_400_000 });
    expect(server.calls).toBe(0);
  });
});

describe('refresh(), by hand', () => {
  it('gets a new token whatever the expiry says, also as the first call of all', async () => {
    const { server, tokens } = testSession({ expiresIn: 3_600_000 });
    expect(await outcome(tokens.refresh())).toBe('at-2');
    expect(await outcome(tokens.refresh())).toBe('at-3');
    expect(server.calls).toBe(2);
  });

  it('joins a refresh that is under way', async () => {
    const { server, tokens } = await signedIn();
    expect(await Promise.all(times(10, () => outcome(tokens.refresh())))).toEqual(
      times(10, () => 'at-2'),
    );
    expect(server.calls).toBe(1);
  });

  it('during a sign-in: of the new session, once', async () => {
    const { server, tokens } = await signedIn();
    for (let round = 0; round < 3; round++) await tokens.refresh();
    const signingIn = tokens.setSession({
      accessToken: 'other',
      refreshToken: 'rt-4',
      expiresAt: 2_000_000_000_000,
    });
    const renewed = outcome(tokens.refresh());
    await signingIn;
    expect(await renewed).toBe('at-5');
    expect(server.calls).toBe(4);
  });
});
