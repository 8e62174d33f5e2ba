import { describe, expect, it } from '@jest/globals';
import type { TokenResponse } from 'unexpired';
import { fingerprint } from 'unexpired/adapter';
import { type RotationMode, simulatedServer } from '@unexpired/testing';
import { ended, setUp, status } from './support/simulated.ts';

describe('each way to treat refresh tokens', () => {
  it('neverRotates: the token stays good, and no new one comes', async () => {
    const { server, first, redeem } = setUp({ mode: 'neverRotates' });

    const second = await redeem(first);
    await redeem(first);

    expect(second).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
    });
    expect(second.access_token).not.toBe(first.access_token);
    expect(server.counters).toMatchObject({ redemptions: 2, rotations: 0, reuseDetections: 0 });
    expect(server.events.map(({ type }) => type)).toEqual([
      'signedIn',
      'called',
      'renewed',
      'answered',
      'called',
      'renewed',
      'answered',
    ]);
  });

  it.each<RotationMode>(['grace', 'rejects', 'revokes'])(
    '%s: each redemption brings a new token, as long as each is spent once',
    async (mode) => {
      const simulation = setUp({ mode });
      const { server, first, redeem } = simulation;

      const second = await redeem(first);
      const third = await redeem(second);

      expect(new Set([first, second, third].map((answer) => answer.refresh_token)).size).toBe(3);
      expect(status(simulation, third)).toBe('current');
      expect([first, second, third].map(({ access_token }) => server.isLive(access_token))).toEqual(
        [true, true, true],
      );
      expect(server.counters).toMatchObject({
        calls: 2,
        redemptions: 2,
        rotations: 2,
        reuseDetections: 0,
        sessionsRevoked: 0,
        mostOutstanding: 1,
      });
    },
  );

  it('rejects: a spent token is refused, and the session lives on', async () => {
    const simulation = setUp({ mode: 'rejects' });
    const { server, first, redeem, error } = simulation;
    const second = await redeem(first);
    expect(status(simulation, first)).toBe('spent');

    expect(await error(first)).toMatchObject(ended);

    expect(status(simulation, second)).toBe('current');
    expect(server.isLive(second.access_token)).toBe(true);
    expect(await redeem(second)).toMatchObject({ refresh_token: expect.any(String) });
    expect(server.counters).toMatchObject({ reuseDetections: 1, sessionsRevoked: 0 });
  });

  it('revokes: a spent token ends the session, with every token of it, and only of it', async () => {
    const simulation = setUp({ mode: 'revokes' });
    const { server, first, redeem, error } = simulation;
    const other = server.login();
    const second = await redeem(first);

    expect(await error(first)).toMatchObject(ended);

    expect([first, second, other].map((answer) => status(simulation, answer))).toEqual([
      'revoked',
      'revoked',
      'current',
    ]);
    expect([first, second, other].map(({ access_token }) => server.isLive(access_token))).toEqual([
      false,
      false,
      true,
    ]);
    expect(await error(second)).toMatchObject(ended);
    expect(server.counters).toMatchObject({ reuseDetections: 1, sessionsRevoked: 1, rotations: 1 });
    expect(server.events.filter(({ type }) => type === 'sessionEnded')).toEqual([
      expect.objectContaining({ because: 'reuse', session: 's1' }),
    ]);
  });

  it('revokes: of two redemptions at once, one rotates and the other ends the session', async () => {
    const simulation = setUp({ mode: 'revokes' });
    const { server, first, redeem } = simulation;

    const results = await Promise.allSettled([redeem(first), redeem(first)]);

    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected']);
    expect(server.counters).toMatchObject({
      calls: 2,
      mostOutstanding: 2,
      reuseDetections: 1,
      sessionsRevoked: 1,
    });
  });

  it('grace: the token before yields the current one, within the window', async () => {
    const simulation = setUp({ mode: 'grace', graceWindow: 10_000 });
    const { clock, server, first, redeem } = simulation;
    const second = await redeem(first);
    await clock.advance(10_000);
    expect(status(simulation, first)).toBe('grace');

    const again = await redeem(first);

    expect(again.refresh_token).toBe(second.refresh_token);
    expect(again.access_token).not.toBe(second.access_token);
    expect(status(simulation, second)).toBe('current');
    expect(server.counters).toMatchObject({ rotations: 1, graceAnswers: 1, reuseDetections: 0 });
  });

  it('grace: past the window it ends the session', async () => {
    const simulation = setUp({ mode: 'grace', graceWindow: 10_000 });
    const { clock, server, first, redeem, error } = simulation;
    const second = await redeem(first);
    await clock.advance(10_001);
    expect(status(simulation, first)).toBe('spent');

    expect(await error(first)).toMatchObject(ended);

    expect(status(simulation, second)).toBe('revoked');
    expect(server.counters).toMatchObject({
      graceAnswers: 0,
      reuseDetections: 1,
      sessionsRevoked: 1,
    });
  });

  it('grace: only the token before has it, not the one before that', async () => {
    const { server, first, redeem, error } = setUp({ mode: 'grace' });
    await redeem(await redeem(first));

    expect(await error(first)).toMatchObject(ended);
    expect(server.counters).toMatchObject({ graceAnswers: 0, reuseDetections: 1 });
  });

  it('a token that it never issued is refused, which is no reuse', async () => {
    const { server, error } = setUp();

    expect(await error({ access_token: 'a', refresh_token: 'never issued' })).toMatchObject(ended);
    expect(server.statusOf('never issued')).toBe('unknown');
    expect(server.counters).toMatchObject({ redemptions: 1, reuseDetections: 0 });
  });

  it('no refresh token at all: nothing is called', async () => {
    const { server, error } = setUp();

    expect(await error(undefined)).toMatchObject({ code: 'ERR_SESSION_ENDED', delivery: 'unsent' });
    expect(server.counters.calls).toBe(0);
  });

  it('acquires from nothing: an access token of no session', async () => {
    const { server } = setUp();

    const got = (await server.acquire({
      reason: 'empty',
      signal: new AbortController().signal,
    })) as TokenResponse;

    expect(got).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
    });
    expect(server.isLive(got.access_token)).toBe(true);
    expect(server.counters).toMatchObject({ calls: 1, acquisitions: 1, redemptions: 0 });
  });
});

describe('access tokens', () => {
  it('are good until their lifetime is over, by the server’s clock', async () => {
    const { clock, server, first } = setUp({ accessTokenLifetime: 60_000 });
    expect(first.expires_in).toBe(60);

    await clock.advance(59_999);
    expect(server.isLive(first.access_token)).toBe(true);
    await clock.advance(1);
    expect(server.isLive(first.access_token)).toBe(false);
  });

  it('do not notice that the client’s clock jumps, but that it sleeps', () => {
    const { clock, server, first } = setUp({ accessTokenLifetime: 60_000 });

    clock.jump(86_400_000);
    expect(server.isLive(first.access_token)).toBe(true);
    clock.sleep(60_000);
    expect(server.isLive(first.access_token)).toBe(false);
  });

  it('singleAccessToken: a new one ends those before it', async () => {
    const { server, first, redeem } = setUp({ singleAccessToken: true });

    const second = await redeem(first);

    expect([first, second].map(({ access_token }) => server.isLive(access_token))).toEqual([
      false,
      true,
    ]);
  });

  it('endAccessTokens ends them all, and no session', async () => {
    const { server, first, redeem } = setUp();

    server.endAccessTokens();

    expect(server.isLive(first.access_token)).toBe(false);
    expect(server.isLive((await redeem(first)).access_token)).toBe(true);
  });

  it('authorize counts what the API was asked and refused', () => {
    const { server, first } = setUp();

    expect([
      server.authorize(first.access_token),
      server.authorize('never issued'),
      server.authorize(undefined),
    ]).toEqual([true, false, false]);
    expect(server.counters).toMatchObject({ apiRequests: 3, apiRefusals: 2 });
  });
});

describe('the end of a session', () => {
  it('revoke takes a refresh token with its session, and an access token alone', async () => {
    const { server, first, error, redeem } = setUp();
    const second = await redeem(first);

    await server.revoke({ accessToken: first.access_token });
    expect([first, second].map(({ access_token }) => server.isLive(access_token))).toEqual([
      false,
      true,
    ]);
    await server.revoke({ accessToken: second.access_token, refreshToken: second.refresh_token });
    expect(server.isLive(second.access_token)).toBe(false);
    expect(await error(second)).toMatchObject(ended);

    expect(server.events.filter(({ type }) => type === 'sessionEnded')).toEqual([
      expect.objectContaining({ because: 'revocation', session: 's1' }),
    ]);
    expect(server.counters).toMatchObject({ reuseDetections: 0, sessionsRevoked: 0 });
  });

  it('endSession does it from the server’s side', async () => {
    const simulation = setUp();
    const { server, first, error } = simulation;

    server.endSession('s1');

    expect(status(simulation, first)).toBe('revoked');
    expect(await error(first)).toMatchObject(ended);
    expect(server.events.find(({ type }) => type === 'sessionEnded')).toMatchObject({
      because: 'endSession',
      session: 's1',
    });
    expect(() => server.endSession('s9')).toThrow(TypeError);
  });
});

describe('the account', () => {
  it('counts calls with one refresh token that are under way at a time, until their answer cannot come any more', async () => {
    const { clock, server, first, redeem } = setUp({
      mode: 'neverRotates',
      faults: () => ({ type: 'delay', when: 'after', ms: 10 }),
    });
    const other = server.login();
    const calls = [redeem(first), redeem(other)];
    await clock.advance(10);
    await Promise.all(calls);
    expect(server.counters.mostOutstanding).toBe(1);

    const more = [redeem(first), redeem(first), redeem(first)];
    await clock.advance(10);
    await Promise.all(more);
    const last = redeem(first);
    await clock.advance(10);
    await last;
    expect(server.counters.mostOutstanding).toBe(3);
  });

  it('names no token, only fingerprints, and follows them through a rotation', async () => {
    const { clock, server, first, redeem } = setUp({ name: 'marked' });
    const second = await redeem(first);
    await redeem(second);
    const [, , rotated] = server.events;

    expect(first.access_token).toMatch(/^marked/);
    expect(JSON.stringify(server.events)).not.toContain('marked');
    expect(rotated).toEqual({
      type: 'rotated',
      at: clock.now(),
      call: 1,
      session: 's1',
      token: fingerprint(String(first.refresh_token)),
      successor: fingerprint(String(second.refresh_token)),
    });
  });

  it('no two tokens are the same, and servers of different names share none', async () => {
    const servers = ['a', 'b'].map((name) => setUp({ name }));
    const answers = await Promise.all(
      servers.flatMap(({ server, first, redeem }) => [
        Promise.resolve(first),
        Promise.resolve(server.login()),
        redeem(first),
      ]),
    );
    const all = answers.flatMap(({ access_token, refresh_token }) => [
      access_token,
      String(refresh_token),
    ]);

    expect(new Set(all).size).toBe(12);
  });

  it('options are checked at once', () => {
    expect(() => simulatedServer({ mode: 'strict' as never })).toThrow(
      'mode: expected one of neverRotates, grace, rejects, revokes, got string',
    );
    expect(() => simulatedServer({ graceWindow: -1 })).toThrow(
      'graceWindow: expected ms, zero or more, got -1',
    );
    expect(() => simulatedServer({ accessTokenLifetime: '1' as never })).toThrow(
      'accessTokenLifetime: expected ms, zero or more, got string',
    );
    expect(() => simulatedServer({ lifetime: 60_000 } as never)).toThrow(
      'simulatedServer: there is no option "lifetime"; the options are mode, accessTokenLifetime, ',
    );
  });
});
