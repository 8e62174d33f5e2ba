import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { errorOf, httpError, outcome, testSession } from '../support/session.ts';

/** Less than any silence: a request during one gets its error. */
const IMPATIENT = 100;

const unavailable = () => {
  throw httpError(500);
};

describe('the back-off', () => {
  it('doubles while the refresh goes on failing, and says how much of it is left', async () => {
    const { tokens, server, clock } = testSession({ random: () => 0, waitTimeout: IMPATIENT });
    for (const delay of [500, 1000, 2000]) {
      server.next(unavailable);
      await outcome(tokens.getToken());
      await clock.advance(0);
      expect(await errorOf(tokens.getToken())).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        retryAfter: delay,
      });
      await clock.advance(delay - IMPATIENT);
      expect(await errorOf(tokens.getToken())).toMatchObject({ retryAfter: IMPATIENT });
      await clock.advance(IMPATIENT);
    }
    expect(server.calls).toBe(3);
  });

  it('is waited out by a request that can wait for so long, and everybody joins the next try', async () => {
    const { tokens, server, clock } = testSession({ random: () => 0 });
    server.next(unavailable);
    await outcome(tokens.getToken());
    const waiting = [tokens.getToken(), tokens.refresh(), tokens.getToken()].map(outcome);
    await clock.advance(500);
    expect(server.calls).toBe(1);
    await clock.advance(1); // timers may come early, so it is a ms more
    expect(await Promise.all(waiting)).toEqual([server.live, server.live, server.live]);
    expect(server.calls).toBe(2);
  });

  it('begins anew after a success', async () => {
    const { tokens, server, clock } = testSession({ random: () => 0, waitTimeout: IMPATIENT });
    server.next(unavailable);
    await outcome(tokens.getToken());
    await clock.advance(500);
    expect(await outcome(tokens.getToken())).toBe(server.live);
    await settle();
    server.next(unavailable);
    expect(await errorOf(tokens.refresh())).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    expect(await errorOf(tokens.refresh())).toMatchObject({ retryAfter: 500 });
  });

  it('begins anew with another session', async () => {
    const { tokens, server, clock } = testSession({ waitTimeout: IMPATIENT });
    for (let failure = 0; failure < 3; failure++) {
      server.next(unavailable);
      await outcome(tokens.getToken());
      await clock.advance(failure < 2 ? 4000 : 0);
    }
    expect((await errorOf(tokens.getToken()))?.retryAfter).toBeGreaterThan(1000);
    await tokens.setSession({
      accessToken: 'second',
      refreshToken: 'another',
      expiresAt: clock.now() - 1,
    });
    server.next(unavailable);
    await outcome(tokens.getToken());
    expect((await errorOf(tokens.getToken()))?.retryAfter).toBeLessThanOrEqual(1000);
    expect(server.calls).toBe(4);
  });

  it('is told to listeners, once for each failure, without a warning', async () => {
    const { tokens, server, clock, events } = testSession({ random: () => 0 });
    await tokens.getToken();
    await settle();
    server.next(unavailable);
    events.length = 0;
    await outcome(tokens.refresh());
    expect(events).toMatchObject([
      { type: 'refreshStarted', reason: 'requested' },
      {
        type: 'refreshEnded',
        outcome: 'failed',
        reason: 'requested',
        attempts: 1,
        waiting: 1,
        error: { code: 'ERR_REFRESH_UNAVAILABLE' },
        retryAt: clock.now() + 500,
      },
    ]);
    const flights = events.map((event) => 'flight' in event && event.flight);
    expect(flights[0]).toBe(flights[1]);
  });

  it('is all that five failures bring about: they are no useless tokens', async () => {
    const { tokens, server, clock } = testSession({ random: () => 0 });
    for (const delay of [500, 1000, 2000, 4000, 8000]) {
      server.next(unavailable);
      await outcome(tokens.getToken());
      await clock.advance(delay);
    }
    expect(await outcome(tokens.getToken())).toBe(server.live);
  });
});

it('too many useless tokens are an error that says so, and for how long', async () => {
  const { tokens, server, clock } = testSession({ random: () => 0, lifetime: 0 });
  for (const delay of [500, 1000, 2000, 4000, 8000]) {
    await outcome(tokens.getToken());
    await clock.advance(delay);
  }
  expect(await errorOf(tokens.getToken())).toMatchObject({
    code: 'ERR_REFRESH_LIMIT',
    message: 'Too many new tokens were refused or had expired',
    retryAfter: 30_000 - 15_500,
  });
  expect(server.calls).toBe(5);
});
