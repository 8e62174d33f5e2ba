import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { jwt } from '../support/jwt.ts';
import { outcome, testSession } from '../support/session.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const fresh = async () => {
  const session = testSession({ expiresIn: HOUR });
  await session.tokens.getToken();
  return session;
};

describe('the clock is wrong, jumping, or asleep', () => {
  it('jumps forward: the token is due, one refresh, and no storm after that', async () => {
    const { clock, server, tokens } = await fresh();
    clock.jump(DAY);
    for (let call = 0; call < 20; call++) expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('jumps back: the lifetime is not stretched', async () => {
    const { clock, server, tokens } = await fresh();
    clock.jump(-DAY);
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await clock.advance(HOUR);
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('jumps back and forth every minute: as many refreshes as hours', async () => {
    const { clock, server, tokens } = await fresh();
    for (let minute = 0; minute < 150; minute++) {
      clock.jump(minute % 2 === 0 ? -DAY : DAY);
      expect(await outcome(tokens.getToken())).toMatch(/^at-/);
      await clock.advance(60_000);
    }
    expect(server.calls).toBeLessThanOrEqual(4);
  });

  it('the monotonic clock slept: the wall clock makes the token due', async () => {
    const { clock, server, tokens } = await fresh();
    clock.jump(HOUR); // the wall clock went on, the monotonic one did not
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('is a day behind the server’s: a new token lives as long as the server says, not until its expiry by the server’s clock', async () => {
    const { clock, server, tokens } = testSession({ expiresIn: HOUR });
    const iat = Math.floor(clock.now() / 1000);
    clock.jump(-DAY);
    server.next((redeem) => ({
      ...redeem(),
      expires_in: undefined,
      access_token: jwt({ iat, exp: iat + 3600 }),
    }));
    await tokens.refresh();
    await clock.advance(HOUR - 30_001);
    await tokens.getToken();
    expect(server.calls).toBe(1);
    await clock.advance(1);
    expect(await outcome(tokens.getToken())).toBe('at-3');
    expect(server.calls).toBe(2);
  });

  it('jumps back while the refresh is under way: the lifetime counts from the request’s start on the monotonic clock', async () => {
    const { clock, server, tokens } = testSession({ waitTimeout: 100_000, lifetime: 600 });
    const open = server.hold();
    const waiting = outcome(tokens.getToken());
    await clock.advance(50_000);
    clock.jump(-DAY);
    open();
    expect(await waiting).toBe('at-2');
    await clock.advance(550_000 - 30_001);
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
    await clock.advance(30_001); // 600 s after the request began
    server.next(() => {
      throw new Error('offline');
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
  });

  it('is hours ahead of the machine that stored the token: at most one refresh, not one for each request', async () => {
    const { clock, server, tokens } = testSession({ expiresIn: HOUR });
    clock.jump(5 * HOUR);
    for (let call = 0; call < 10; call++) expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('says that the token is fresh, and the API says 401: the 401 overrides both clocks', async () => {
    const { tokens, server } = await fresh();
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('jumps: deadlines and back-off do not notice', async () => {
    const { clock, server, tokens } = testSession();
    server.next(() => {
      throw new Error('offline');
    });
    await outcome(tokens.getToken());
    clock.jump(DAY);
    const waiting = outcome(tokens.getToken());
    await settle();
    expect(server.calls).toBe(1);
    clock.jump(-2 * DAY);
    await clock.advance(1000);
    expect(await waiting).toBe('at-2');
  });

  it('a token that expires in 40 days: no timer at all', async () => {
    const { clock, tokens } = testSession({ expiresIn: 40 * DAY, backgroundWindow: 300_000 });
    await tokens.getToken();
    await settle();
    expect(clock.pending).toBe(0);
    await clock.advance(39 * DAY);
    expect(await outcome(tokens.getToken())).toBe('at-1');
  });
});

describe('windows', () => {
  it.each([60, 10, 1])(
    'longer than the lifetime of %d s: one refresh a lifetime, not one a request',
    async (lifetime) => {
      const { clock, server, tokens } = testSession({
        lifetime,
        skewWindow: 300_000,
        backgroundWindow: 600_000,
      });
      const steps = 200;
      for (let step = 0; step < steps; step++) {
        await tokens.getToken();
        await clock.advance((lifetime * 1000) / 10);
      }
      expect(server.calls).toBeLessThanOrEqual(steps / 7);
    },
  );

  it('skew: within 30 s of the expiry requests wait for a new token', async () => {
    const { clock, server, tokens } = await fresh();
    await clock.advance(HOUR - 30_001);
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await clock.advance(1);
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('background refresh: off unless asked for', async () => {
    const { clock, server, tokens } = await fresh();
    await clock.advance(HOUR - 31_000);
    await tokens.getToken();
    await settle();
    expect(server.calls).toBe(0);
  });

  it('background refresh: requests go out with the valid token during it, and its failure is an event, no error', async () => {
    const { clock, server, tokens, ofType } = testSession({
      expiresIn: HOUR,
      backgroundWindow: 300_000,
      random: () => 0.5,
    });
    await tokens.getToken();
    await clock.advance(HOUR - 300_000);
    server.next(() => {
      throw new Error('offline');
    });
    for (let call = 0; call < 10; call++) expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(server.calls).toBe(1);
    expect(ofType('refreshEnded').filter(({ outcome: how }) => how === 'failed')).toHaveLength(1);
    await clock.advance(1000);
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(2);
  });

  it('background refresh: a refused refresh token does not take the valid access token away', async () => {
    const { clock, server, tokens, ofType } = testSession({
      expiresIn: HOUR,
      backgroundWindow: 300_000,
      random: () => 0.5,
    });
    await tokens.getToken();
    await clock.advance(HOUR - 300_000);
    server.next(() => {
      throw Object.assign(new Error('x'), { status: 401 });
    });
    for (let call = 0; call < 10; call++) {
      expect(await outcome(tokens.getToken())).toBe('at-1');
      await settle();
    }
    expect(tokens.status).toBe('ended');
    expect(ofType('sessionEnded')).toHaveLength(1);
    expect(server.calls).toBe(1);
  });
});
