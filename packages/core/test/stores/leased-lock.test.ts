import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type LeaseCell, leasedLock, leaseOf } from '../../src/adapter.ts';
import type { HeldLock } from '../../src/session/lock.ts';
import { settle } from '../support/clock.ts';

const LENGTH = 30_000;
const PACE = { shortest: 50, longest: 2000 };

/** A lease as a server keeps it, by its own clock, and what was asked of it. */
function server() {
  const asked: string[] = [];
  const listeners = new Set<() => void>();
  const at = { owner: undefined as string | undefined, until: 0, away: false };
  const reach = (what: string): void => {
    asked.push(what);
    if (at.away) throw new Error('the server is away');
  };
  const isHeld = (): boolean => at.owner !== undefined && at.until > Date.now();
  const cell: LeaseCell = {
    name: 'session:lease',
    async obtain(owner, length) {
      reach('obtain');
      if (isHeld() && at.owner !== owner) return { granted: false, left: at.until - Date.now() };
      Object.assign(at, { owner, until: Date.now() + length });
      return { granted: true };
    },
    async renew(owner, length) {
      reach('renew');
      if (!isHeld() || at.owner !== owner) return false;
      at.until = Date.now() + length;
      return true;
    },
    async release(owner) {
      reach('release');
      if (at.owner === owner) at.owner = undefined;
      for (const wake of [...listeners]) wake();
    },
    subscribe(wake) {
      listeners.add(wake);
      return () => listeners.delete(wake);
    },
  };
  return { at, asked, listeners, cell };
}

const lockOn = (cell: LeaseCell) => leasedLock({ cell: () => cell, length: LENGTH, pace: PACE });
const gate = () => {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), passed };
};

/** Somebody who holds the lock until `leave`, and what they know of it. */
async function holder(cell: LeaseCell) {
  const { open, passed } = gate();
  let held: HeldLock | undefined;
  const done = lockOn(cell).request('session', {}, async (given) => {
    held = given ?? undefined;
    await passed;
    return 'done';
  });
  await settle();
  const aborted = (): unknown => (held?.signal?.aborted ? held.signal.reason : undefined);
  return { done, leave: open, held: () => held, aborted };
}

describe('the length of a lease', () => {
  it.each([
    [undefined, 30_000],
    [100, 100],
    [1234.5, 1235],
    [2 ** 31 - 1, 2 ** 31 - 1],
  ])('%s is %d ms', (given, length) => {
    expect(leaseOf('redisLock', given)).toBe(length);
  });

  it.each<[unknown, string]>([
    [99, '99'],
    [Number.NaN, 'NaN'],
    [2 ** 31, '2147483648'],
    ['1000', 'string'],
    [null, 'null'],
  ])('%s is none, which is said', (given, got) => {
    expect(() => leaseOf('redisLock', given as never)).toThrow(
      new TypeError(`redisLock: lease: expected ms, at least 100, got ${got}`),
    );
  });
});

describe('a lease that is held', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('gives what the task gives, says who it is for, and is free afterwards', async () => {
    const { cell, at, asked } = server();
    const one = await holder(cell);
    expect(one.held()).toMatchObject({ name: 'session' });
    expect(one.held()).not.toHaveProperty('freedOnDeath');
    one.leave();
    expect([await one.done, at.owner, asked]).toEqual(['done', undefined, ['obtain', 'release']]);
    expect([one.aborted(), jest.getTimerCount()]).toEqual([undefined, 0]);
  });

  it('is free also after a task that throws', async () => {
    const { cell, at } = server();
    const failure = new Error('x');
    await expect(lockOn(cell).request('a', {}, () => Promise.reject(failure))).rejects.toBe(
      failure,
    );
    expect([at.owner, jest.getTimerCount()]).toEqual([undefined, 0]);
  });

  it('is renewed each time a third of it is over, for as long as it takes', async () => {
    const { cell, at, asked } = server();
    const one = await holder(cell);
    await jest.advanceTimersByTimeAsync(9999);
    expect(asked).toEqual(['obtain']);
    await jest.advanceTimersByTimeAsync(1);
    expect([asked, at.until - Date.now()]).toEqual([['obtain', 'renew'], LENGTH]);
    await jest.advanceTimersByTimeAsync(10 * LENGTH);
    expect([asked.length, one.aborted()]).toEqual([32, undefined]);
    one.leave();
    expect(await one.done).toBe('done');
  });

  it('keeps no process alive', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const { cell } = server();
    const one = await holder(cell);
    await jest.advanceTimersByTimeAsync(10_000);
    const held = timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef());
    expect(held.length).toBeGreaterThan(2);
    expect(new Set(held)).toEqual(new Set([false]));
    timers.mockRestore();
    one.leave();
    await one.done;
  });

  it('is asked for again every two seconds of thirty while the server is away, and kept where that is back in time', async () => {
    const { cell, at, asked } = server();
    const one = await holder(cell);
    at.away = true;
    await jest.advanceTimersByTimeAsync(10_000 + 3 * 2000);
    expect(asked).toEqual(['obtain', 'renew', 'renew', 'renew', 'renew']);
    at.away = false;
    await jest.advanceTimersByTimeAsync(2000);
    expect([at.until - Date.now(), one.aborted()]).toEqual([LENGTH, undefined]);
    await jest.advanceTimersByTimeAsync(LENGTH);
    expect(one.aborted()).toBeUndefined();
    one.leave();
    await one.done;
  });

  it('is over when it has run out, counted from when it was asked for, and says so', async () => {
    const { cell, at } = server();
    const slow: LeaseCell = {
      ...cell,
      async obtain(owner, length) {
        const answer = await cell.obtain(owner, length);
        await new Promise((resolve) => setTimeout(resolve, 4000));
        return answer;
      },
    };
    const one = await holder(slow);
    await jest.advanceTimersByTimeAsync(4000);
    at.away = true;
    await jest.advanceTimersByTimeAsync(LENGTH - 4001);
    expect(one.aborted()).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);
    expect(one.aborted()).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: 'The lease "session:lease" could not be renewed in time',
    });
    expect(jest.getTimerCount()).toBe(0);
    one.leave();
    expect(await one.done).toBe('done'); // what is under way is finished; that the server is away is no error of it
  });

  it('is over as soon as a renewal says that it is somebody else’s', async () => {
    const { cell, at } = server();
    const one = await holder(cell);
    at.owner = 'somebody else';
    await jest.advanceTimersByTimeAsync(10_000);
    expect(one.aborted()).toMatchObject({ message: 'The lease "session:lease" was lost' });
    expect(jest.getTimerCount()).toBe(0);
    one.leave();
    await one.done;
    expect(at.owner).toBe('somebody else');
  });

  it('is not lost any more by a renewal whose answer comes after its end', async () => {
    const { cell, at } = server();
    const { open, passed } = gate();
    const slow: LeaseCell = { ...cell, renew: () => passed.then(() => false) };
    const one = await holder(slow);
    await jest.advanceTimersByTimeAsync(10_000);
    one.leave();
    await one.done;
    open();
    await settle();
    expect([one.aborted(), jest.getTimerCount(), at.owner]).toEqual([undefined, 0, undefined]);
  });
});

describe('a lease that somebody else has', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is waited for, and taken as soon as they call', async () => {
    const { cell, asked, listeners } = server();
    const first = await holder(cell);
    const second = await holder(cell);
    expect([second.held(), listeners.size]).toEqual([undefined, 1]);
    first.leave();
    await first.done;
    await settle();
    expect(second.held()).toBeDefined();
    expect(asked).toEqual(['obtain', 'obtain', 'release', 'obtain']);
    expect(listeners.size).toBe(0);
    second.leave();
    await second.done;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is looked at by itself where nobody calls, ever more rarely', async () => {
    const { cell, asked } = server();
    const first = await holder(cell);
    const { subscribe: _, ...quiet } = cell;
    const second = await holder(quiet);
    await jest.advanceTimersByTimeAsync(1000);
    const looks = asked.filter((what) => what === 'obtain').length;
    expect(looks).toBeGreaterThan(3);
    expect(looks).toBeLessThan(9);
    first.leave();
    await first.done;
    await jest.advanceTimersByTimeAsync(2000);
    expect(second.held()).toBeDefined();
    second.leave();
    await second.done;
  });

  it('who died is free when it has run out', async () => {
    const { cell, at } = server();
    Object.assign(at, { owner: 'the dead', until: Date.now() + LENGTH });
    const next = await holder(cell);
    await jest.advanceTimersByTimeAsync(LENGTH);
    expect(next.held()).toBeUndefined();
    await jest.advanceTimersByTimeAsync(51);
    expect(next.held()).toBeDefined();
    next.leave();
    await next.done;
  });

  it('is left by who gives up, who leaves no timer and no listener', async () => {
    const { cell, listeners, at } = server();
    const first = await holder(cell);
    const leaving = new AbortController();
    const timers = jest.getTimerCount();
    const second = lockOn(cell).request('session', { signal: leaving.signal }, async () => 'in');
    await settle();
    expect([listeners.size, jest.getTimerCount()]).toEqual([1, timers + 1]);
    const reason = new Error('left');
    leaving.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect([listeners.size, jest.getTimerCount()]).toEqual([0, timers]);
    first.leave();
    await first.done;
    expect(at.owner).toBeUndefined();
  });
});

describe('a lease that is granted to who has given up', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is freed at once', async () => {
    const { cell, at, asked } = server();
    const { open, passed } = gate();
    const slow: LeaseCell = {
      ...cell,
      async obtain(owner, length) {
        await passed;
        return cell.obtain(owner, length);
      },
    };
    const leaving = new AbortController();
    let ran = false;
    const request = lockOn(slow).request('session', { signal: leaving.signal }, async () => {
      ran = true;
    });
    const reason = new Error('left');
    leaving.abort(reason);
    await expect(request).rejects.toBe(reason);
    open();
    await settle();
    expect([asked, at.owner, ran]).toEqual([['obtain', 'release'], undefined, false]);
  });

  it('is not even asked for by who had before', async () => {
    const { cell, asked } = server();
    const reason = new Error('left before');
    const request = lockOn(cell).request('a', { signal: AbortSignal.abort(reason) }, async () => 1);
    await expect(request).rejects.toBe(reason);
    expect(asked).toEqual([]);
  });
});

describe('a lease that cannot be had', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is an error for who wants the lock: the server cannot be asked, or the name is wrong', async () => {
    const { cell, at } = server();
    at.away = true;
    await expect(lockOn(cell).request('a', {}, async () => 1)).rejects.toThrow(
      'the server is away',
    );
    const wrong = new TypeError('no such name');
    const refusing = leasedLock({
      cell: () => {
        throw wrong;
      },
      length: LENGTH,
    });
    await expect(refusing.request('a', {}, async () => 1)).rejects.toBe(wrong);
    expect(jest.getTimerCount()).toBe(0);
  });
});
