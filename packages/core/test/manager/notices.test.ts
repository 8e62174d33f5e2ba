import { describe, expect, it as once } from '@jest/globals';
import type { TokenStore } from '../../src/index.ts';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

describe('the store', () => {
  once('tells of a change before it was ever read: nothing more is read', async () => {
    const cell = sharedCell();
    const { tokens } = testSession({ store: cell.open() });
    cell.hooks.beforeRead = () => new Promise(() => undefined);
    void tokens.getToken().catch(() => undefined);
    await settle();
    cell.notify();
    await settle();
    expect(cell.reads).toBe(1);
  });

  once(
    'tells of a change after the manager was closed, though it was told to stop: nothing is read',
    async () => {
      const cell = sharedCell();
      const listeners: (() => void)[] = [];
      const store: TokenStore = {
        ...cell.open(),
        subscribe(listener) {
          listeners.push(listener);
          return () => undefined;
        },
      };
      const { tokens } = testSession({ store });
      await tokens.getToken();
      await tokens.close();
      const { reads } = cell;
      for (const listener of listeners) listener();
      await settle();
      expect([listeners.length, cell.reads]).toEqual([1, reads]);
    },
  );

  once(
    'fails its first read after somebody has signed in: that does not concern a request that waits for a refresh',
    async () => {
      const cell = sharedCell();
      const { tokens, server } = testSession({ store: cell.open() });
      let fail: (reason: Error) => void = () => undefined;
      cell.hooks.beforeRead = () => {
        cell.hooks.beforeRead = undefined;
        return new Promise((_, reject) => (fail = reject));
      };
      void tokens.getToken().catch(() => undefined);
      await settle();
      await tokens.setSession(server.first);
      const release = server.hold();
      const waiting = outcome(tokens.refresh());
      await settle();
      fail(new Error('down'));
      await settle();
      release();
      expect(await waiting).toBe(server.live);
    },
  );

  once(
    'fails its first read while somebody signs in: waiting requests get the session',
    async () => {
      const cell = sharedCell();
      const { tokens } = testSession({ store: cell.open() });
      let fail: (reason: Error) => void = () => undefined;
      cell.hooks.beforeRead = () => {
        cell.hooks.beforeRead = undefined;
        return new Promise((_, reject) => (fail = reject));
      };
      const waiting = outcome(tokens.getToken());
      await settle();
      let write = (): void => undefined;
      cell.hooks.beforeWrite = () => new Promise<void>((resolve) => (write = resolve));
      const signingIn = tokens.setSession({ accessToken: 'second' });
      await settle();
      fail(new Error('down'));
      await settle();
      write();
      await signingIn;
      expect(await waiting).toBe('second');
    },
  );
});

describe('what this manager did itself is told as its own, also where a notice of the write comes first', () => {
  it('a sign-in, a refresh and a sign-out', async () => {
    const { tokens, server, events } = testSession();
    await tokens.setSession({ ...server.first, accessToken: 'first', expiresAt: undefined });
    await tokens.refresh();
    await settle();
    await tokens.signOut();
    await settle();
    const told = events.filter(({ type }) => type !== 'ready');
    expect(
      told.map((event) => [
        event.type,
        'by' in event ? event.by : 'outcome' in event && event.outcome,
      ]),
    ).toEqual([
      [expect.stringMatching(/^signedIn|refreshed$/), 'self'],
      ['refreshStarted', false],
      ['refreshed', 'self'],
      ['refreshEnded', 'refreshed'],
      ['signedOut', 'self'],
    ]);
  });

  once.each([0, 1, 2, 3, 5, 8, 13])(
    'a refresh, told %d turns before the write is answered',
    async (turns) => {
      const cell = sharedCell();
      cell.hooks.afterWrite = async () => {
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      };
      const { tokens, server, ofType } = testSession({ store: cell.open() });
      await tokens.setSession({ ...server.first, expiresAt: 0 });
      await tokens.getToken();
      await settle();
      expect(ofType('refreshed').map(({ by }) => by)).toEqual(['self']);
      expect(ofType('refreshEnded').map(({ outcome }) => outcome)).toEqual(['refreshed']);
    },
  );
});
