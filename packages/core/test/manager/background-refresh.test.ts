import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { httpError, outcome, testSession } from '../support/session.ts';

const HOUR = 3_600_000;

const unavailable = () => {
  throw httpError(500);
};

describe('the background refresh', () => {
  const dueForIt = async (options: { readonly backgroundWindow?: number } = {}) => {
    const session = testSession({
      expiresIn: HOUR,
      backgroundWindow: 600_000,
      random: () => 0.5,
      ...options,
    });
    await session.tokens.getToken();
    await session.clock.advance(HOUR - 600_000);
    return session;
  };

  it('gives the token that there is, and says why it refreshes', async () => {
    const { tokens, server } = await dueForIt();
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(server.seen.map(({ context }) => context.reason)).toEqual(['due']);
  });

  it('is made once, however many ask, and not where nobody wants it', async () => {
    const { tokens, server } = await dueForIt();
    const release = server.hold();
    for (let count = 0; count < 3; count++) await tokens.getToken();
    release();
    await settle();
    expect(server.calls).toBe(1);
    const without = await dueForIt({ backgroundWindow: 0 });
    await without.tokens.getToken();
    await settle();
    expect(without.server.calls).toBe(0);
  });

  it('waits for the back-off', async () => {
    const { tokens, server, clock } = await dueForIt();
    server.next(unavailable);
    await tokens.getToken();
    await settle();
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(server.calls).toBe(1);
    await clock.advance(1000);
    await tokens.getToken();
    await settle();
    expect(server.calls).toBe(2);
  });

  it('is not made for a session that has ended', async () => {
    const { tokens, server } = await dueForIt();
    server.next(() => {
      throw httpError(400, { error: 'invalid_grant' });
    });
    await tokens.getToken();
    await settle();
    expect([tokens.status, server.calls]).toEqual(['ended', 1]);
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(server.calls).toBe(1);
  });
});
