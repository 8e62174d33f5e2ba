import { describe, expect, it } from '@jest/globals';
import { memoryStore } from '../src/index.ts';
import { settle, testClock } from './support/clock.ts';
import { strictServer } from './support/server.ts';
import { outcome, testSession, type TestSession } from './support/session.ts';
import { sharedCell } from './support/shared-cell.ts';

const diskFull = () => Promise.reject(new Error('disk full'));

describe('NOT_DURABLE', () => {
  it('redeemed but not stored: a peer that waits for the lock is kept from redeeming the old token until it is stored', async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell(server.first);
    const lock = memoryStore().lock;
    const [one, two] = [1, 2].map((seed) =>
      testSession({ clock, server, seed, store: cell.open({ lock }) }),
    ) as [TestSession, TestSession];
    server.next((redeem) => {
      cell.hooks.beforeWrite = diskFull;
      return redeem();
    });
    expect(await outcome(one.tokens.getToken())).toBe('at-2');
    const waiting = outcome(two.tokens.getToken());
    await clock.advance(6000);
    expect(server.calls).toBe(1);
    cell.hooks.beforeWrite = undefined;
    await clock.advance(6000);
    expect(await waiting).toBe('at-2');
    expect(server.calls).toBe(1);
    expect(one.ofType('warning')).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('redeemed but not stored, then signed out: the tombstone is stored, the tokens are not', async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell(server.first);
    const { tokens } = testSession({ clock, server, store: cell.open() });
    server.next((redeem) => {
      cell.hooks.beforeWrite = diskFull;
      return redeem();
    });
    await tokens.getToken();
    cell.hooks.beforeWrite = undefined;
    await tokens.signOut();
    await clock.advance(60_000);
    expect(cell.record).toMatchObject({ status: 'signedOut' });
    expect(cell.record?.tokens).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['at once', 0, []],
    ['after 9 s', 9000, []],
    ['after 13 s', 13_000, ['LOST']],
  ])(
    'redeemed but not stored, then closed, and the store is back %s: tried for 10 s, and then said to be lost',
    async (_, repaired, lost) => {
      const clock = testClock();
      const server = strictServer({ expiresAt: clock.now() - 1 });
      const cell = sharedCell(server.first);
      const { tokens, ofType } = testSession({ clock, server, store: cell.open() });
      server.next((redeem) => {
        cell.hooks.beforeWrite = diskFull;
        return redeem();
      });
      await tokens.getToken();
      const closing = tokens.close();
      await clock.advance(repaired);
      cell.hooks.beforeWrite = undefined;
      await clock.advance(5000);
      await closing;
      expect(ofType('warning').map(({ code }) => code)).toEqual(['NOT_DURABLE', ...lost]);
      expect(cell.record?.gen ?? 0).toBe(lost.length === 0 ? 1 : 0);
      expect(clock.pending).toBe(0);
    },
  );
});

describe('close()', () => {
  it('waits for a dispatched refresh, and for its answer to be stored', async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell(server.first);
    const { tokens } = testSession({ clock, server, store: cell.open() });
    const open = server.hold();
    const controller = new AbortController();
    const waiting = outcome(tokens.getToken({ signal: controller.signal }));
    await settle();
    controller.abort('left');
    await waiting;
    let closed = false;
    const closing = tokens.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    open();
    await closing;
    expect(cell.record).toMatchObject({ gen: 1 });
  });

  it('while a sign-in or a sign-out is stored: waits for it', async () => {
    const cell = sharedCell({ accessToken: 'a' });
    const { tokens, clock } = testSession({ store: cell.open() });
    const signingIn = tokens.setSession({ accessToken: 'b' });
    await tokens.close();
    await signingIn;
    expect(cell.record?.tokens?.accessToken).toBe('b');
    expect(clock.pending).toBe(0);
  });

  it('while the tombstone is tried again and again: tries for 10 s more, and says that it is lost', async () => {
    const cell = sharedCell({ accessToken: 'a' });
    const { tokens, clock, ofType } = testSession({ store: cell.open() });
    await tokens.getToken();
    cell.hooks.beforeWrite = diskFull;
    await outcome(tokens.signOut());
    expect(clock.pending).toBe(1);
    const closing = tokens.close();
    await clock.advance(12_000);
    await closing;
    expect(ofType('warning').map(({ code }) => code)).toEqual(['NOT_DURABLE', 'LOST']);
    expect(clock.pending).toBe(0);
  });
});
