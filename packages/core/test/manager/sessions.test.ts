// What becomes of a session through the manager: what is announced, asked, refused and found.
import { describe, expect, it as once } from '@jest/globals';
import {
  createTokenManager,
  type TokenManagerOptions,
  type TokenSet,
  tokenErrorOf,
} from '../../src/index.ts';
import { home, it } from '../support/both-homes.ts';
import { settle, testClock } from '../support/clock.ts';
import { seededRandom } from '../support/random.ts';
import { httpError, outcome, seededStore, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;
const errorOf = async (promise: Promise<unknown>) =>
  tokenErrorOf(await promise.catch((error: unknown) => error));
const refuse = () => {
  throw httpError(400, { error: 'invalid_grant' });
};
const unavailable = () => {
  throw httpError(503);
};

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
        'These tokens belong to a session that was signed out or replaced. setSession(tokens, { again: true }) takes them all the same',
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

describe('33: a store that shows nobody is read again when somebody asks', () => {
  const quiet = (initial?: unknown) => {
    const cell = sharedCell(initial);
    return { cell, ...testSession({ store: cell.open({ subscribe: false }) }) };
  };
  const session = (expiresAt?: number) => ({
    accessToken: 'at-1',
    refreshToken: 'rt-1',
    ...(expiresAt !== undefined && { expiresAt }),
  });

  once('at most once a second, however many ask', async () => {
    const { cell, tokens, clock, events } = quiet();
    expect([await tokens.getToken(), cell.reads]).toEqual([undefined, 1]);
    cell.put(session());
    await clock.advance(999);
    expect([await tokens.getToken(), cell.reads]).toEqual([undefined, 1]);
    await clock.advance(1);
    const found = await Promise.all(Array.from({ length: 100 }, () => outcome(tokens.getToken())));
    expect([new Set(found), cell.reads]).toEqual([new Set(['at-1']), 2]);
    expect(events).toMatchObject([
      { type: 'ready', status: 'signedOut' },
      { type: 'signedIn', by: 'peer' },
    ]);
  });

  once('also by a refresh that is asked for', async () => {
    const { cell, tokens, clock } = quiet();
    expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
    cell.put(session());
    await clock.advance(1000);
    expect(await outcome(tokens.refresh())).toBe('at-2');
  });

  once(
    'where somebody was: a session that was away goes on, at its newest generation',
    async () => {
      const { cell, tokens, clock, server, ofType } = quiet(session(0));
      expect(await outcome(tokens.getToken())).toBe('at-2');
      await settle();
      const { record } = cell;
      cell.put(undefined);
      await clock.advance(2 * HOUR);
      expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT'); // away while it was refreshed
      expect([tokens.status, await tokens.getToken()]).toEqual(['signedOut', undefined]);
      cell.put(record);
      await clock.advance(1000);
      expect(await outcome(tokens.getToken())).toBe('at-3');
      expect([server.reuses, ofType('warning').map(({ code }) => code)]).toEqual([0, ['AWAY']]);
    },
  );

  once('where somebody had signed out elsewhere, and in again', async () => {
    const { cell, tokens, clock } = quiet(session());
    const other = testSession({ clock, store: cell.open(), seed: 2 });
    await tokens.getToken();
    await other.tokens.signOut();
    await outcome(tokens.refresh());
    expect(await tokens.getToken()).toBeUndefined();
    await other.tokens.setSession({ accessToken: 'elsewhere', refreshToken: 'rt-e' });
    await clock.advance(1000);
    expect(await outcome(tokens.getToken())).toBe('elsewhere');
  });

  once('and where that fails, nobody is signed in, as before', async () => {
    const { cell, tokens, clock } = quiet();
    await tokens.getToken();
    cell.hooks.beforeRead = () => {
      throw new Error('down');
    };
    await clock.advance(1000);
    expect([await tokens.getToken(), cell.reads]).toEqual([undefined, 2]);
    expect([await tokens.getToken(), cell.reads]).toEqual([undefined, 2]);
    expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
    cell.hooks.beforeRead = () => new Promise(() => undefined);
    await clock.advance(1000);
    const waiting = outcome(tokens.getToken());
    await clock.advance(10_000);
    expect(await waiting).toBeUndefined();
  });

  once('but not what was signed out here, before the store knows of it', async () => {
    const { cell, tokens, clock } = quiet(session());
    await tokens.getToken();
    cell.hooks.beforeWrite = () => {
      throw new Error('down');
    };
    expect(await outcome(tokens.signOut())).toBe('ERR_REFRESH_UNAVAILABLE');
    for (let second = 0; second < 5; second++) {
      await clock.advance(1000);
      expect(await tokens.getToken()).toBeUndefined();
    }
    cell.hooks.beforeWrite = undefined;
    await clock.advance(10_000);
    expect([await tokens.getToken(), cell.record?.status]).toEqual([undefined, 'signedOut']);
  });
});
