import { describe, expect, it as once } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle, testClock } from '../support/clock.ts';
import { errorOf, outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;

describe('20: tokens that are announced again', () => {
  it('twice in a row, as a component that mounts twice does, are one session', async () => {
    const { tokens, server, events, ofType } = testSession({ from: 'refresh', expiresIn: HOUR });
    await tokens.ready();
    events.length = 0;
    const login = { accessToken: 'new', refreshToken: 'rt-new', expiresAt: undefined };
    await Promise.all([tokens.setSession(login), tokens.setSession({ ...login })]);
    const first = await tokens.getToken();
    await tokens.setSession({ ...login });
    expect(await tokens.getToken()).toEqual(first);
    expect([first?.generation, ofType('signedIn').length, server.calls]).toEqual([0, 1, 0]);
  });

  it('during their refresh turn nobody away, and change nothing', async () => {
    const { tokens, server, events } = testSession();
    await tokens.ready();
    const open = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    events.length = 0;
    await tokens.setSession(server.first);
    expect(events).toEqual([]);
    open();
    expect(await waiting).toBe('at-2');
    expect([server.calls, server.reuses, tokens.status]).toEqual([1, 0, 'signedIn']);
  });

  it('after their refresh are older: the rotated ones stay', async () => {
    const { tokens, server } = testSession();
    await tokens.getToken();
    await tokens.refresh();
    await settle();
    await tokens.setSession(server.first);
    expect((await tokens.getToken())?.accessToken).toBe('at-3');
    expect(await outcome(tokens.refresh())).toBe('at-4');
    expect(server.reuses).toBe(0);
  });

  it('with their access token alone do not take the refresh token away', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    await tokens.ready();
    await tokens.setSession({ accessToken: 'at-1' });
    expect(await outcome(tokens.refresh())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('after a sign-out are refused, with an error that says what helps; with again they count', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    await tokens.ready();
    await tokens.signOut();
    expect(await errorOf(tokens.setSession(server.first))).toMatchObject({
      code: 'ERR_SIGNED_OUT',
      message:
        'These tokens are of a session that is over; setSession(tokens, { again: true }) takes them',
    });
    expect([tokens.status, await tokens.getToken()]).toEqual(['signedOut', undefined]);
    await tokens.setSession(server.first, { again: true });
    expect(await outcome(tokens.getToken())).toBe('at-1');
    expect(await outcome(tokens.refresh())).toBe('at-2');
  });

  it('of the session before the current one are refused as well', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    await tokens.ready();
    await tokens.setSession({ accessToken: 'other', refreshToken: 'rt-other' });
    expect(await outcome(tokens.setSession(server.first))).toBe('ERR_SIGNED_OUT');
    expect(await outcome(tokens.getToken())).toBe('other');
  });

  once('by a second process after the first one refreshed change nothing', async () => {
    const clock = testClock();
    const cell = sharedCell();
    const one = testSession({ clock, store: cell.open() });
    const other = testSession({ clock, store: cell.open(), server: one.server, seed: 2 });
    await one.tokens.setSession(one.server.first);
    expect(await outcome(one.tokens.getToken())).toBe('at-2');
    await settle();
    await other.tokens.setSession(one.server.first); // not read yet: decided on what the store holds
    expect(await outcome(other.tokens.getToken())).toBe('at-2');
    expect([cell.record?.gen, one.server.calls, one.server.reuses]).toEqual([1, 1, 0]);
  });

  it('by the refresh itself, of no use each time, do not call the token endpoint without end', async () => {
    const clock = testClock();
    let calls = 0;
    const { tokens } = testSession({
      clock,
      async refresh() {
        if (++calls > 20) return new Promise(() => undefined);
        const dead = {
          accessToken: `a-${calls}`,
          refreshToken: `r-${calls}`,
          expiresAt: clock.now() - 1,
        };
        await tokens.setSession(dead);
        return { access_token: dead.accessToken, refresh_token: dead.refreshToken, expires_in: 0 };
      },
    });
    for (let second = 0; second < 29; second++) {
      void tokens.getToken().catch(() => undefined);
      await clock.advance(1000);
    }
    expect(calls).toBeLessThanOrEqual(5);
    await clock.advance(31_000);
  });
});
