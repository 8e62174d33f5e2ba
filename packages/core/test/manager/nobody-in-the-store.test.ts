import { describe, expect, it } from '@jest/globals';
import { settle } from '../support/clock.ts';
import { outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;

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

  it('at most once a second, however many ask', async () => {
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

  it('also by a refresh that is asked for', async () => {
    const { cell, tokens, clock } = quiet();
    expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
    cell.put(session());
    await clock.advance(1000);
    expect(await outcome(tokens.refresh())).toBe('at-2');
  });

  it('where somebody was: a session that was away goes on, at its newest generation', async () => {
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
  });

  it('where somebody had signed out elsewhere, and in again', async () => {
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

  it('and where that fails, nobody is signed in, as before', async () => {
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

  it('but not what was signed out here, before the store knows of it', async () => {
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
