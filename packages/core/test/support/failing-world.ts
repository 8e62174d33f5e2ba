import type { RefreshLock, SessionRecord } from '../../src/index.ts';
import { testClock } from './clock.ts';
import { scriptedLock } from './scripted-lock.ts';
import { strictServer } from './server.ts';
import { testSession, type TestSessionOptions } from './session.ts';
import { sharedCell } from './shared-cell.ts';

const HOUR = 3_600_000;

export const never = () => new Promise<never>(() => undefined);

export const diskFull = () => Promise.reject(new Error('disk full'));

/** A lock that comes free when its holder dies, and says which one it is. */
export const freedOnDeath = (identity: string): RefreshLock => {
  const { lock } = scriptedLock();
  return {
    request: (name, options, task) =>
      lock.request(name, options, (held) => task({ ...held, freedOnDeath: identity })),
  };
};

/** One cell and one server, and managers on it that stand for processes. */
export const world = (expiresIn = -1) => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() + expiresIn });
  const record: SessionRecord = {
    v: 1,
    session: 'first',
    gen: 0,
    status: 'active',
    issuedAt: clock.now(),
    turn: clock.now(),
    tokens: server.first,
  };
  const cell = sharedCell(record);
  let seed = 0;
  const open = (options: TestSessionOptions & { subscribe?: boolean } = {}) => {
    const { subscribe = true, ...rest } = options;
    return testSession({ clock, server, seed: ++seed, store: cell.open({ subscribe }), ...rest });
  };
  /** What a peer would store: the next generation. */
  const rotatedByPeer = (gen = 1): SessionRecord => ({
    ...record,
    gen,
    tokens: {
      accessToken: `peer-${gen}`,
      refreshToken: `rt-peer-${gen}`,
      expiresAt: clock.now() + HOUR,
    },
  });
  return { clock, server, cell, record, open, rotatedByPeer };
};
