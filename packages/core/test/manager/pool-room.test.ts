import { describe, expect, it } from '@jest/globals';
import {
  createTokenPool,
  encryptedStore,
  memoryStore,
  type TokenManagerOptions,
} from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { outcome } from '../support/session.ts';
import { leftWhileRefreshing, MINUTE, testPool } from '../support/pool.ts';

describe('a pool makes room', () => {
  it('drops a manager that was not used for the idle timeout, with its timers and subscriptions, and makes another when it is needed', async () => {
    const { pool, clock, cellOf, created } = testPool({ idleTimeout: MINUTE });
    const session = pool.get('a');
    await session.getToken();
    await clock.advance(MINUTE - 1);
    await session.getToken(); // used again, it stays
    await clock.advance(MINUTE - 1);
    expect(pool.size).toBe(1);
    await clock.advance(1);
    expect([pool.size, cellOf('a').subscribers, clock.pending]).toEqual([0, 0, 0]);
    expect((await session.getToken())?.accessToken).toBe('a-1');
    expect(created).toEqual(['a', 'a']);
  });

  it('drops none while it is idle with an idle timeout of Infinity', async () => {
    const { pool, clock } = testPool({ idleTimeout: Infinity });
    await pool.get('a').getToken();
    await clock.advance(1000 * MINUTE);
    expect([pool.size, clock.pending]).toEqual([1, 0]);
  });

  it('does not drop a manager that somebody waits for', async () => {
    const { pool, clock, cellOf, server, answer, created } = testPool({
      idleTimeout: 1000,
      max: 1,
    });
    cellOf('a', -1);
    server.holds = true;
    const waiting = pool.get('a').getToken();
    await clock.advance(5000);
    expect(pool.size).toBe(1);
    await expect(pool.get('b').getToken()).rejects.toMatchObject({
      code: 'ERR_WAIT_LIMIT',
      message: 'All 1 sessions of the pool are in use',
    });
    answer();
    expect((await waiting)?.accessToken).toBe('a-2');
    await clock.advance(1000);
    expect([pool.size, created]).toEqual([0, ['a']]);
  });

  it('does not drop a manager that somebody waits for when it looks for others that are idle', async () => {
    const { pool, clock, cellOf, server, answer, created } = testPool({ idleTimeout: 1000 });
    cellOf('a', -1);
    server.holds = true;
    const waiting = pool.get('a').getToken();
    await settle();
    await pool.get('b').getToken();
    await clock.advance(5000);
    expect(pool.size).toBe(1);
    answer();
    expect((await waiting)?.accessToken).toBe('a-2');
    expect((await pool.get('a').getToken())?.accessToken).toBe('a-2');
    expect(created).toEqual(['a', 'b']);
  });

  it('keeps no process alive to drop what is idle', async () => {
    const clock = testClock();
    const background: (boolean | undefined)[] = [];
    const { pool } = testPool({
      clock: {
        ...clock,
        setTimeout(task, delay, inBackground) {
          background.push(inBackground);
          return clock.setTimeout(task, delay);
        },
      },
    });
    await pool.get('a').getToken();
    expect(background).toEqual([true]);
    await pool.close();
  });

  it('keeps to its bound: the one that was not used for longest goes', async () => {
    const { pool, created } = testPool({ max: 2 });
    await pool.get('a').getToken();
    await pool.get('b').getToken();
    await pool.get('a').getToken();
    await pool.get('c').getToken();
    expect(pool.size).toBe(2);
    await pool.get('a').getToken();
    expect(created).toEqual(['a', 'b', 'c']);
    await pool.get('b').getToken();
    expect([pool.size, created]).toEqual([2, ['a', 'b', 'c', 'b']]);
  });

  it('does not drop a manager whose refresh is under way, although nobody waits for it, and does once that is stored', async () => {
    const { pool, clock, cellOf, answer, refreshes } = await leftWhileRefreshing({
      idleTimeout: 1000,
      max: 1,
    });
    await clock.advance(5000);
    expect([pool.size, await outcome(pool.get('b').getToken())]).toEqual([1, 'ERR_WAIT_LIMIT']);
    answer();
    await settle();
    expect(cellOf('a').record?.tokens?.accessToken).toBe('a-2');
    await clock.advance(1000);
    expect([pool.size, clock.pending, refreshes]).toEqual([0, 0, ['a-2']]);
  });

  it('does not drop tokens that the store could not take, neither while idle nor to make room, and does once they are stored', async () => {
    const { pool, clock, cellOf } = testPool({ idleTimeout: 1000, max: 2 });
    const { hooks } = cellOf('a', -1);
    const session = pool.get('a');
    hooks.beforeWrite = ({ gen }) => {
      if (gen > 0) throw new Error('the store is down');
    };
    expect((await session.getToken())?.accessToken).toBe('a-2');
    await clock.advance(60_000);
    expect(pool.size).toBe(1);
    await pool.get('b').getToken();
    await pool.get('c').getToken();
    expect([pool.size, session.status]).toEqual([2, 'signedIn']);
    expect((await session.getToken())?.accessToken).toBe('a-2');
    hooks.beforeWrite = undefined;
    await clock.advance(20_000);
    expect([pool.size, cellOf('a').record?.tokens?.accessToken]).toEqual([0, 'a-2']);
  });

  it('turns a newcomer away rather than tokens that the store could not take', async () => {
    const { pool, clock, cellOf } = testPool({ max: 1 });
    const { hooks } = cellOf('a', -1);
    hooks.beforeWrite = ({ gen }) => {
      if (gen > 0) throw new Error('the store is down');
    };
    await pool.get('a').getToken();
    expect(await outcome(pool.get('b').getToken())).toBe('ERR_WAIT_LIMIT');
    hooks.beforeWrite = undefined;
    await clock.advance(10_000);
    expect(cellOf('a').record?.tokens?.accessToken).toBe('a-2');
    expect(await outcome(pool.get('b').getToken())).toBe('b-1');
    expect(pool.size).toBe(1);
  });
});

describe('52: a session that is in memory only', () => {
  const inMemory = (create: (key: string) => Partial<TokenManagerOptions>) => {
    const clock = testClock();
    const created: string[] = [];
    const pool = createTokenPool(
      (key) => {
        created.push(key);
        return {
          clock,
          refresh: async () => ({ accessToken: `${key}-2`, refreshToken: `${key}-rt-2` }),
          ...create(key),
        } as TokenManagerOptions;
      },
      { clock, idleTimeout: MINUTE, max: 2 },
    );
    return { pool, clock, created };
  };
  const first = (key: string) => ({ accessToken: `${key}-1`, refreshToken: `${key}-rt-1` });

  it.each<[string, (key: string) => Partial<TokenManagerOptions>]>([
    ['of one manager', (key) => ({ tokens: first(key) })],
    ['in a memory store', () => ({ store: memoryStore() })],
    [
      'in a memory store, encrypted',
      () => ({ store: encryptedStore(memoryStore(), new Uint8Array(32)) }),
    ],
    ['of a manager that could also acquire', () => ({ acquire: async () => first('x') })],
  ])('(%s) is dropped neither while it is idle nor to make room', async (_, options) => {
    const { pool, clock, created } = inMemory(options);
    for (const key of ['a', 'b']) {
      await pool.get(key).setSession(first(key));
      await pool.get(key).refresh();
    }
    await clock.advance(10 * MINUTE);
    expect(await outcome(pool.get('c').getToken())).toBe('ERR_WAIT_LIMIT');
    expect(await outcome(pool.get('a').getToken())).toBe('a-2');
    expect([pool.size, created]).toEqual([2, ['a', 'b']]);
    await pool.get('a').signOut();
    await clock.advance(MINUTE);
    expect(pool.size).toBe(1);
    await pool.close();
  });

  it('and that any other manager would get from nothing as well, is', async () => {
    const { pool, clock, created } = inMemory((key) => ({
      refresh: undefined,
      acquire: async () => ({ accessToken: `${key}-acquired` }),
    }));
    for (const key of ['a', 'b', 'c'])
      expect(await outcome(pool.get(key).getToken())).toBe(`${key}-acquired`);
    expect([pool.size, created]).toEqual([2, ['a', 'b', 'c']]);
    await clock.advance(MINUTE);
    expect([pool.size, clock.pending]).toEqual([0, 0]);
  });
});
