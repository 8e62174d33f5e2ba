import { describe, expect, it } from '@jest/globals';
import { createTokenManager, memoryStore, type Clock, type RefreshLock } from '../../src/index.ts';
import { scriptedLock } from '../support/scripted-lock.ts';
import { settle, testClock } from '../support/clock.ts';
import { expired } from '../support/flight.ts';
import { strictServer } from '../support/server.ts';
import { outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;
const diskFull = () => Promise.reject(new Error('disk full'));

/** A manager whose refresh could not be stored. */
const owing = async () => {
  const clock = testClock();
  const timers: { readonly at: number; readonly background: boolean }[] = [];
  const watched: Clock = {
    ...clock,
    setTimeout(task, delay, background = false) {
      timers.push({ at: clock.monotonic(), background });
      return clock.setTimeout(task, delay);
    },
  };
  const server = strictServer({ expiresAt: clock.now() - 1 });
  const cell = sharedCell({ ...expired(0), tokens: server.first });
  const session = testSession({
    clock: { ...clock, ...watched },
    server,
    store: cell.open(),
  });
  server.next((redeem) => {
    cell.hooks.beforeWrite = diskFull;
    return redeem();
  });
  expect(await outcome(session.tokens.getToken())).toBe('at-2');
  await settle();
  const tried = cell.writes;
  return { ...session, clock, cell, timers, tries: () => cell.writes - tried };
};

describe('a manager that knows more than the store', () => {
  it('tries after 0.5 s, doubling to 10 s', async () => {
    const { clock, tries } = await owing();
    const times: number[] = [];
    for (let ms = 0; ms < 60_000; ms += 500) {
      const before = tries();
      await clock.advance(500);
      if (tries() > before) times.push(ms + 500);
    }
    expect(times).toEqual([500, 1500, 3500, 7500, 15_500, 25_500, 35_500, 45_500, 55_500]);
  });

  it('tries at every notice, and when somebody is due', async () => {
    const { clock, cell, tokens, tries } = await owing();
    cell.notify();
    await settle();
    expect(tries()).toBeGreaterThan(0);
    await clock.advance(HOUR - 1);
    const before = tries();
    void outcome(tokens.getToken());
    await settle();
    expect(tries()).toBeGreaterThan(before);
  });

  it('has written as soon as the store takes it, and leaves no timer', async () => {
    const { clock, cell, tokens, ofType } = await owing();
    await clock.advance(20_000);
    cell.hooks.beforeWrite = undefined;
    cell.notify();
    await settle();
    expect(cell.record).toMatchObject({ gen: 1, tokens: { refreshToken: 'rt-2' } });
    expect(cell.record?.intent).toBeUndefined();
    expect(clock.pending).toBe(0);
    expect(ofType('warning').map(({ code }) => code)).toEqual(['NOT_DURABLE']);
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('keeps the process alive for 60 s of that, and no longer', async () => {
    const { clock, timers } = await owing();
    await clock.advance(10 * 60_000);
    const foreground = timers.filter(({ background }) => !background).map(({ at }) => at);
    expect(foreground.length).toBeGreaterThan(5);
    expect(Math.max(...foreground)).toBeLessThan(60_000);
    expect(timers.filter(({ at }) => at > 120_000).length).toBeGreaterThan(10);
  });

  it('tries for 10 s more when it is closed, and then says that it is lost', async () => {
    const { clock, cell, tokens, ofType, tries } = await owing();
    let closed = false;
    void tokens.close().then(() => (closed = true));
    await clock.advance(9000);
    expect([closed, tries() >= 4]).toEqual([false, true]);
    await clock.advance(3000);
    expect(closed).toBe(true);
    expect(ofType('warning').map(({ code }) => code)).toEqual(['NOT_DURABLE', 'LOST']);
    expect([cell.record?.gen, clock.pending]).toEqual([0, 0]);
  });

  it('stops at a record of a format version that it does not know', async () => {
    const { clock, cell } = await owing();
    cell.put({ v: 9 });
    await clock.advance(60_000);
    expect([cell.record, clock.pending]).toEqual([{ v: 9 }, 0]);
  });
});

describe('a store that is down right after a redemption, with another manager waiting', () => {
  const faults = {
    'can neither be read nor written': { beforeRead: diskFull, beforeWrite: diskFull },
    'cannot be written': { beforeRead: undefined, beforeWrite: diskFull },
  };
  const locks: readonly (readonly [string, () => () => RefreshLock | undefined])[] = [
    [
      'one lock',
      () => {
        const { lock } = memoryStore();
        return () => lock;
      },
    ],
    ['no lock', () => () => undefined],
    ['a lease', () => () => scriptedLock('open', { leased: true }).lock],
  ];
  const rows = Object.entries(faults).flatMap(([fault, hooks]) =>
    locks.flatMap(([lock, open]) =>
      [40, 200].map((seconds) => [fault, seconds, lock, hooks, open] as const),
    ),
  );

  it.each(rows)(
    '%s for %d s, under %s: it is written as soon as it can be, and the other does not redeem',
    async (_, seconds, _lock, hooks, open) => {
      const clock = testClock();
      const server = strictServer({ expiresAt: clock.now() - 1 });
      const cell = sharedCell({ ...expired(0), tokens: server.first });
      const lockOf = open();
      const [one, two] = [1, 2].map((seed) =>
        testSession({ clock, server, seed, store: cell.open({ lock: lockOf() }) }),
      ) as [ReturnType<typeof testSession>, ReturnType<typeof testSession>];
      await two.tokens.ready();
      server.next((redeem) => {
        Object.assign(cell.hooks, hooks);
        return redeem();
      });
      expect(await outcome(one.tokens.getToken())).toBe('at-2');
      for (let second = 0; second < seconds; second++) {
        void outcome(two.tokens.getToken());
        await clock.advance(1000);
      }
      expect([server.calls, await outcome(one.tokens.getToken())]).toEqual([1, 'at-2']);
      Object.assign(cell.hooks, { beforeRead: undefined, beforeWrite: undefined });
      for (let second = 0; second < 25; second++) {
        void outcome(two.tokens.getToken());
        await clock.advance(1000);
      }
      expect(cell.record).toMatchObject({ gen: 1, tokens: { refreshToken: 'rt-2' } });
      expect([server.calls, await outcome(two.tokens.getToken())]).toEqual([1, 'at-2']);
    },
  );
});

describe('close() before the answer has come', () => {
  it('waits for it, and tries again where the first write fails', async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell({ ...expired(0), tokens: server.first });
    const { tokens, ofType } = testSession({ clock, server, store: cell.open() });
    server.next((redeem) => {
      cell.hooks.beforeWrite = () => {
        cell.hooks.beforeWrite = undefined;
        return diskFull();
      };
      return redeem();
    });
    const answer = server.hold();
    void outcome(tokens.getToken());
    await settle();
    let closed = false;
    void tokens.close().then(() => (closed = true));
    await clock.advance(1000);
    expect(closed).toBe(false);
    answer();
    await clock.advance(1000);
    expect([closed, cell.record?.gen, cell.record?.tokens?.refreshToken]).toEqual([
      true,
      1,
      'rt-2',
    ]);
    expect(ofType('warning').map(({ code }) => code)).toEqual(['NOT_DURABLE']);
    expect(clock.pending).toBe(0);
  });
});

describe('a store that went back, a restored backup', () => {
  it('gets what an idle manager knows, at the first notice', async () => {
    const { clock, cell, tokens } = await owing();
    cell.hooks.beforeWrite = undefined;
    await clock.advance(10_000);
    cell.put(expired(0));
    cell.notify();
    await settle();
    expect(cell.record).toMatchObject({ gen: 1, tokens: { refreshToken: 'rt-2' } });
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('is left alone by a manager that knows nothing newer', async () => {
    const clock = testClock();
    const cell = sharedCell(expired(0));
    const { refresh } = strictServer();
    const tokens = createTokenManager({ refresh, clock, store: cell.open() });
    await tokens.ready();
    cell.notify();
    await settle();
    expect(cell.writes).toBe(0);
  });
});

describe('a record that is away (an editor that saves by rename; a file deleted by mistake)', () => {
  const signedIn = async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() + HOUR });
    const stored = {
      ...expired(0),
      tokens: server.first,
    };
    const cell = sharedCell(stored);
    const revoked: unknown[] = [];
    const revoke = async (tokens: unknown) => revoked.push(tokens);
    const session = testSession({ clock, server, store: cell.open(), revoke });
    await session.tokens.getToken();
    return { ...session, cell, stored, revoked };
  };

  it.each([1, 250, 5000, 60_000])(
    'for %d ms ends nothing for good: the session is back with it, nothing is revoked, nothing written',
    async (away) => {
      const { clock, cell, stored, tokens, revoked, ofType, server } = await signedIn();
      cell.put(undefined);
      cell.notify();
      await settle();
      expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedOut', undefined]);
      await clock.advance(away);
      cell.put(stored);
      cell.notify();
      await settle();
      expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'at-1']);
      expect([cell.writes, revoked, server.calls]).toEqual([0, [], 0]);
      expect(ofType('warning').map(({ code }) => code)).toEqual(['AWAY']);
      expect(ofType('signedOut').map(({ by }) => by)).toEqual(['peer']);
      expect(ofType('signedIn').map(({ by }) => by)).toEqual(['peer']);
      expect(clock.pending).toBe(0);
    },
  );

  it.each([1, 250, 5000, 29_000])(
    'for %d ms while the refresh is answered costs no session: the answer is written when it is back',
    async (away) => {
      const { clock, cell, stored, tokens, revoked, server } = await signedIn();
      server.next((redeem) => {
        cell.put(undefined);
        return redeem();
      });
      expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
      await clock.advance(away);
      expect([cell.record, tokens.status]).toEqual([undefined, 'signedOut']);
      cell.put(stored);
      await clock.advance(1500);
      expect(cell.record).toMatchObject({ gen: 1, tokens: { refreshToken: 'rt-2' } });
      expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'at-2']);
      expect([revoked, server.reuses]).toEqual([[], 0]);
    },
  );

  it('for good is a sign-out for callers, and nobody writes it again', async () => {
    const { clock, cell, tokens } = await signedIn();
    cell.put(undefined);
    cell.notify();
    await clock.advance(HOUR);
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
    expect([cell.record, cell.writes]).toEqual([undefined, 0]);
  });

  it('comes back by a sign-in with tokens of that session, at its newest generation', async () => {
    const { cell, tokens } = await signedIn();
    await tokens.refresh();
    cell.put(undefined);
    cell.notify();
    await settle();
    await tokens.setSession({ accessToken: 'at-2', refreshToken: 'rt-2' });
    expect(cell.record).toMatchObject({ gen: 1, tokens: { refreshToken: 'rt-2' } });
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });
});
