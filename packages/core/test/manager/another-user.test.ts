// The person changed under the session (case 21), with ids as back ends give them.
import { describe, expect, it } from '@jest/globals';
import { cookieSession, createTokenManager } from '../../src/index.ts';
import { testClock } from '../support/clock.ts';
import { outcome } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;

describe('a refresh that answers with another user', () => {
  it('whose id is a number turns away who waited, with tokens', async () => {
    const tokens = createTokenManager({
      clock: testClock(),
      tokens: { accessToken: 'alice', refreshToken: 'r', expiresAt: 0, ...{ user_id: 1 } },
      subject: ({ extra }) => extra?.['user_id'] as string,
      refresh: async () => ({ access_token: 'bob', user_id: 2 }),
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
    expect(await outcome(tokens.getToken())).toBe('bob');
  });

  it('whose id is a number turns away who waited, in cookies', async () => {
    const clock = testClock();
    let user = 1;
    const session = cookieSession({
      clock,
      refresh: async () => Response.json({ user: { id: user }, expires_in: 600 }),
      subject: (body) => (body as { user: { id: string } }).user.id,
    });
    await session.setSession({ subject: 1 as never, expires_in: 600 });
    await clock.advance(HOUR);
    user = 2;
    expect(await outcome(session.getToken())).toBe('ERR_SIGNED_OUT');
    expect((await session.getToken())?.extra).toEqual({ subject: 2 });
  });

  it.each(['memory', 'a store'])(
    'keeps nothing that was said of the one before, in %s',
    async (where) => {
      const tokens = createTokenManager({
        clock: testClock(),
        store: where === 'memory' ? undefined : sharedCell().open(),
        subject: ({ extra }) => extra?.['user'] as string,
        refresh: async () => ({ access_token: 'bob', user: 'bob' }),
      });
      await tokens.setSession({
        accessToken: 'alice',
        refreshToken: 'r',
        expiresAt: 0,
        scope: 'admin',
        extra: { user: 'alice', role: 'admin', id_token: 'of alice' },
      });
      expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
      const { session: _, ...token } = (await tokens.getToken()) ?? {};
      expect(token).toEqual({ accessToken: 'bob', generation: 0, extra: { user: 'bob' } });
    },
  );
});
