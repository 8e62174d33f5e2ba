// Refresh functions that spread what they were given and put the server's answer on top, as many examples on the web do.
import { describe, expect, it } from '@jest/globals';
import { createTokenManager, type TokenSet } from '../../src/index.ts';
import { testClock } from '../support/clock.ts';
import { jwt } from '../support/jwt.ts';
import { outcome } from '../support/session.ts';

const HOUR = 3_600_000;

/** What a manager has after a refresh by hand, 20 minutes before the token expires, that answers like this. */
async function after(answer: (current: TokenSet, now: number) => object) {
  const clock = testClock();
  const given: (string | undefined)[] = [];
  const tokens = createTokenManager({
    clock,
    tokens: { accessToken: 'a1', refreshToken: 'r1', expiresAt: clock.now() + HOUR / 3 },
    refresh: async (current) => {
      given.push(current.refreshToken);
      return answer(current, clock.now()) as TokenSet;
    },
  });
  const accessToken = await outcome(tokens.refresh());
  const left = ((await tokens.getToken())?.expiresAt ?? Number.NaN) - clock.now();
  await clock.advance(10_000);
  await outcome(tokens.refresh());
  return { accessToken, left, given };
}

describe('a refresh function that spreads what it was given', () => {
  it('under the answer of the server: the tokens of the server count, whose refresh token is the only one that is good', async () => {
    const response = { access_token: 'a2', refresh_token: 'r2', expires_in: 3600 };
    expect(await after((current) => ({ ...current, ...response }))).toEqual({
      accessToken: 'a2',
      left: HOUR,
      given: ['r1', 'r2'],
    });
  });

  it('under the answer of the server, in a sign-in', async () => {
    const clock = testClock();
    const old = { accessToken: 'a1', refreshToken: 'r1' };
    const tokens = createTokenManager({ clock, tokens: old, refresh: async () => old });
    await tokens.setSession({ ...old, ...{ access_token: 'a2', refresh_token: 'r2' } });
    expect(await outcome(tokens.getToken())).toBe('a2');
  });

  it('under tokens in our own names: the old expiry is not that of the new token', async () => {
    const result = await after((current) => ({
      ...current,
      accessToken: 'a2',
      refreshToken: 'r2',
    }));
    expect(result).toEqual({ accessToken: 'a2', left: Number.NaN, given: ['r1', 'r2'] });
  });

  it('under a JWT: it expires when it says so', async () => {
    const { left } = await after((current, now) => ({
      ...current,
      accessToken: jwt({ iat: now / 1000, exp: now / 1000 + 3600 }),
    }));
    expect(left).toBe(HOUR);
  });

  it('and gives the same access token again: it expires when it did', async () => {
    expect((await after((current) => ({ ...current }))).left).toBe(HOUR / 3);
  });
});
