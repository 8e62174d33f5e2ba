import { describe, expect, it } from '@jest/globals';
import type { RefreshLock } from '../src/index.ts';
import { testClock } from './support/clock.ts';
import { scriptedLock } from './support/scripted-lock.ts';
import { strictServer } from './support/server.ts';
import { outcome, testSession, type TestSessionOptions } from './support/session.ts';
import { sharedCell } from './support/shared-cell.ts';

const HOUR = 3_600_000;

describe('the record is the lock', () => {
  const apart = (count: number, optionsOf: (index: number) => TestSessionOptions) => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell(server.first);
    const all = Array.from({ length: count }, (_, index) =>
      testSession({ clock, server, seed: index + 1, store: cell.open(), ...optionsOf(index) }),
    );
    return { clock, server, cell, all };
  };
  const lifetimes = async ({ clock, server, all }: ReturnType<typeof apart>): Promise<number[]> => {
    for (let round = 0; round < 10; round++) {
      const got = all.map(({ tokens }) => outcome(tokens.getToken()));
      await clock.advance(10_000);
      expect(new Set(await Promise.all(got))).toEqual(new Set([`at-${round + 2}`]));
      await clock.advance(HOUR);
    }
    return [server.calls, server.reuses];
  };

  it('a store without a lock, 8 managers: one redemption an expiry', async () => {
    expect(await lifetimes(apart(8, () => ({})))).toEqual([10, 0]);
  });

  it('a store without a lock and without notices, 8 managers: one redemption an expiry', async () => {
    const stage = apart(8, () => ({}));
    const { clock, server, cell } = stage;
    const all = stage.all.map((_, index) =>
      testSession({ clock, server, seed: index + 1, store: cell.open({ subscribe: false }) }),
    );
    expect(await lifetimes({ ...stage, all })).toEqual([10, 0]);
  });

  it('locks that keep nobody apart, 8 managers: one redemption an expiry', async () => {
    expect(await lifetimes(apart(8, () => ({ lock: scriptedLock('open').lock })))).toEqual([10, 0]);
  });

  it('while an answer takes its time, nobody else sends the same refresh token, without any lock', async () => {
    const { clock, server, all } = apart(8, () => ({ waitTimeout: 100_000 }));
    const answer = server.hold();
    const got = all.map(({ tokens }) => outcome(tokens.getToken()));
    await clock.advance(50_000);
    expect(server.calls).toBe(1);
    answer();
    await clock.advance(3000);
    expect(new Set(await Promise.all(got))).toEqual(new Set(['at-2']));
    expect(server.calls).toBe(1);
  });

  it('managers of different names on one store: one redemption, and the lock is asked for the store’s name alone', async () => {
    const script = scriptedLock();
    const asked = new Set<string>();
    const lock: RefreshLock = {
      request(name, options, task) {
        asked.add(name);
        return script.lock.request(name, options, task);
      },
    };
    const stage = apart(2, (index) => ({ name: `manager-${index}`, lock }));
    expect(await lifetimes(stage)).toEqual([10, 0]);
    expect([...asked]).toEqual(['cell']);
    expect(stage.all.map(({ events }) => events[0]?.name)).toEqual(['manager-0', 'manager-1']);
  });
});
