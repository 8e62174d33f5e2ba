import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { testSession } from '../support/session.ts';

const HOUR = 3_600_000;

describe('an announcement of the next token of a session', () => {
  it('keeps what it leaves out, as a refresh does, and not the old expiry', async () => {
    const { tokens, clock } = testSession({ expiresIn: HOUR });
    await tokens.setSession({
      accessToken: 'a1',
      refreshToken: 'r1',
      scope: 'read',
      expiresAt: clock.now() + HOUR,
      extra: { tenant: 'acme' },
    });
    await tokens.setSession({ accessToken: 'a2', refreshToken: 'r1' }); // a library has refreshed
    expect(await tokens.getToken()).toMatchObject({
      accessToken: 'a2',
      generation: 1,
      scope: 'read',
      extra: { tenant: 'acme' },
    });
    expect((await tokens.getToken())?.expiresAt).toBeUndefined();
    await tokens.setSession({ accessToken: 'a3', refreshToken: 'r1', extra: { tenant: 'other' } });
    expect((await tokens.getToken())?.extra).toEqual({ tenant: 'other' });
  });

  it('of a new session keeps nothing of the one before', async () => {
    const { tokens } = testSession();
    await tokens.setSession({ accessToken: 'a1', refreshToken: 'r1', extra: { tenant: 'acme' } });
    await tokens.setSession({ accessToken: 'b1', refreshToken: 'rb' });
    expect((await tokens.getToken())?.extra).toBeUndefined();
  });
});
