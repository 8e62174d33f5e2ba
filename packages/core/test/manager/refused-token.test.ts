import { describe, expect, it as once } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle, testClock } from '../support/clock.ts';
import { errorOf, httpError, outcome, seededStore, testSession } from '../support/session.ts';

const HOUR = 3_600_000;

const refuse = () => {
  throw httpError(400, { error: 'invalid_grant' });
};

const unavailable = () => {
  throw httpError(503);
};

describe('a token that the API refused', () => {
  once.each([
    ['by its text', (): string => 'at-1'],
    [
      'by its generation',
      (token: { session: string; generation: number }) => ({
        session: token.session,
        generation: token.generation,
      }),
    ],
  ])('55: %s, is replaced also by a manager that has read nothing yet', async (_, name) => {
    const clock = testClock();
    const store = seededStore({ accessToken: 'at-1', refreshToken: 'rt-1' });
    const one = testSession({ clock, store });
    const token = await one.tokens.getToken();
    const other = testSession({ clock, store, server: one.server, seed: 2 });
    const rejected = name(token as NonNullable<typeof token>);
    expect(await outcome(other.tokens.replaceRejected(rejected))).toBe('at-2');
    expect(await outcome(one.tokens.replaceRejected(rejected))).toBe('at-2');
    expect([one.server.calls, one.server.reuses]).toEqual([1, 0]);
  });

  it('by its generation, is replaced by the next one, and once', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    const { session, generation } = (await tokens.getToken()) as NonNullable<
      Awaited<ReturnType<typeof tokens.getToken>>
    >;
    const again = { session, generation };
    expect(await tokens.replaceRejected(again)).toMatchObject({
      accessToken: 'at-2',
      session,
      generation: 1,
    });
    expect(await outcome(tokens.replaceRejected(again))).toBe('at-2');
    expect(await tokens.replaceRejected({ session: 'another', generation: 0 })).toBeUndefined();
    expect(server.calls).toBe(1);
  });

  it('23: is told with what follows, and an error says why nothing does', async () => {
    const { tokens, server, clock, ofType } = testSession({ expiresIn: HOUR });
    const then = () => ofType('rejected').map((event) => event.then);
    await tokens.getToken();
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('at-2');
    await settle();
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('at-2');
    expect(await errorOf(tokens.replaceRejected('at-2'))).toMatchObject({
      code: 'ERR_REFRESH_LIMIT',
      message: 'The API refused a new token',
      retryAfter: 1000,
    });
    expect(then()).toEqual(['refresh', 'late', 'limited']);
    await clock.advance(60_000);
    server.next(unavailable);
    expect(await outcome(tokens.replaceRejected('at-2'))).toBe('ERR_REFRESH_UNAVAILABLE');
    const blocked = outcome(tokens.replaceRejected('at-2'));
    expect(then().slice(3)).toEqual(['refresh', 'backOff']);
    server.next(refuse);
    await clock.advance(2000); // the silence is over within a second, and it joins the next try
    expect(await blocked).toBe('ERR_SESSION_ENDED');
    expect(await outcome(tokens.replaceRejected('at-2'))).toBe('ERR_SESSION_ENDED');
    expect(then().slice(5)).toEqual(['ended']);
    expect(await tokens.replaceRejected('unknown')).toBeUndefined();
    expect(then().length).toBe(6);
  });

  it('24: of a session that has ended, is the same error each time', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    await tokens.getToken();
    server.next(refuse);
    const errors = [];
    for (let count = 0; count < 3; count++)
      errors.push(await errorOf(tokens.replaceRejected('at-1')));
    expect(errors.map((error) => error?.code)).toEqual(Array(3).fill('ERR_SESSION_ENDED'));
    expect([await tokens.getToken(), server.calls, tokens.status]).toEqual([undefined, 1, 'ended']);
  });
});
