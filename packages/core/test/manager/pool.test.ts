import { describe, expect, it } from '@jest/globals';
import {
  createTokenPool,
  encryptedStore,
  memoryStore,
  type TokenEvent,
  type TokenManagerOptions,
  type TokenPoolOptions,
} from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { seededRandom } from '../support/random.ts';
import { outcome } from '../support/session.ts';
import { type SharedCell, sharedCell } from '../support/shared-cell.ts';
import { unhandledRejections } from '../support/unhandled-rejections.ts';

const MINUTE = 60_000;

/** A pool of sessions that each have a store of their own, and a server that answers when it is let. */
function testPool(options: TokenPoolOptions = {}) {
  const clock = testClock();
  const cells = new Map<string, SharedCell>();
  const created: string[] = [];
  const refreshes: string[] = [];
  const held: (() => void)[] = [];
  const server = { holds: false };
  const cellOf = (key: string, expiresIn = 60 * MINUTE): SharedCell => {
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = sharedCell({
        accessToken: `${key}-1`,
        refreshToken: `${key}-rt-1`,
        expiresAt: clock.now() + expiresIn,
      });
      cells.set(key, cell);
    }
    return cell;
  };
  const create = (key: string): TokenManagerOptions => {
    created.push(key);
    return {
      name: key,
      clock,
      random: seededRandom(created.length),
      store: cellOf(key).open(),
      async refresh({ refreshToken }) {
        const number = Number(/\d+$/.exec(String(refreshToken))?.[0]) + 1;
        refreshes.push(`${key}-${number}`);
        if (server.holds) await new Promise<void>((resolve) => held.push(resolve));
        return {
          accessToken: `${key}-${number}`,
          refreshToken: `${key}-rt-${number}`,
          expiresAt: clock.now() + 60 * MINUTE,
        };
      },
    };
  };
  const pool = createTokenPool(create, { clock, ...options });
  return {
    pool,
    clock,
    cellOf,
    created,
    refreshes,
    server,
    answer: () => held.splice(0).forEach((resolve) => resolve()),
  };
}

/** A session whose refresh goes on, and nobody waits for. */
async function leftWhileRefreshing(options: TokenPoolOptions = {}) {
  const all = testPool(options);
  const { pool, cellOf, server } = all;
  cellOf('a', -1);
  server.holds = true;
  const leaving = new AbortController();
  const left = outcome(pool.get('a').getToken({ signal: leaving.signal }));
  await settle();
  leaving.abort(new Error('left'));
  await left;
  return all;
}

/** The same, closed by hand. */
async function closedWhileRefreshing() {
  const all = await leftWhileRefreshing();
  const closing = all.pool.get('a').close();
  return { ...all, closing };
}

describe('a pool of sessions', () => {
  it('makes a manager when a session is first used, and one only', async () => {
    const { pool, created } = testPool();
    const session = pool.get('a');
    expect([created, pool.size, session.status]).toEqual([[], 0, 'unknown']);
    const tokens = await Promise.all([
      session.getToken(),
      pool.get('a').getToken(),
      pool.get('b').getToken(),
    ]);
    expect(tokens.map((token) => token?.accessToken)).toEqual(['a-1', 'a-1', 'b-1']);
    expect([created, pool.size, session.status]).toEqual([['a', 'b'], 2, 'signedIn']);
  });

  it('joins all who need one session in one refresh, and keeps sessions apart', async () => {
    const { pool, refreshes, cellOf } = testPool();
    cellOf('a', -1);
    cellOf('b', -1);
    const tokens = await Promise.all(
      ['a', 'b', 'a', 'a', 'b'].map((key) => pool.get(key).getToken()),
    );
    expect(tokens.map((token) => token?.accessToken)).toEqual(['a-2', 'b-2', 'a-2', 'a-2', 'b-2']);
    expect(refreshes.sort()).toEqual(['a-2', 'b-2']);
  });

  it('knows the tokens of a session that it has a manager for', async () => {
    const { pool } = testPool();
    const session = pool.get('a');
    expect(session.issued?.('a-1')).toBe(false);
    await session.getToken();
    expect([session.issued?.('a-1'), session.issued?.('b-1')]).toEqual([true, false]);
  });

  it('repairs a refusal although the manager was dropped since the token was handed out', async () => {
    const { pool, refreshes } = testPool({ max: 1 });
    const session = pool.get('a');
    const token = await session.getToken();
    expect(session.issued?.('a-1')).toBe(true);
    await pool.get('b').getToken();
    expect((await session.replaceRejected(String(token?.accessToken)))?.accessToken).toBe('a-2');
    expect(refreshes).toEqual(['a-2']);
  });

  it('signs in and out under a key', async () => {
    const { pool, clock } = testPool();
    const session = pool.get('a');
    await session.signOut();
    expect([session.status, await session.getToken()]).toEqual(['signedOut', undefined]);
    await session.setSession({ accessToken: 'new', expiresAt: clock.now() + 60 * MINUTE });
    expect((await session.getToken())?.accessToken).toBe('new');
  });

  it('tells of all sessions, by name, and a session’s listeners of that one, across its managers', async () => {
    const { pool, clock } = testPool({ idleTimeout: 1000 });
    const [all, own]: TokenEvent[][] = [[], []];
    const stop = pool.subscribe((event) => all?.push(event));
    pool.get('a').subscribe((event) => own?.push(event));
    await pool.get('a').getToken();
    await clock.advance(1000);
    await pool.get('a').refresh();
    await pool.get('b').refresh();
    const stopped: TokenEvent[] = [];
    pool.get('a').subscribe((event) => stopped.push(event))();
    await pool.get('a').refresh();
    expect(stopped).toEqual([]);
    const names = (events: TokenEvent[] | undefined) =>
      events?.filter(({ type }) => type === 'refreshed').map(({ name }) => name);
    expect([names(all), names(own)]).toEqual([
      ['a', 'b', 'a'],
      ['a', 'a'],
    ]);
    stop();
    const heard = all?.length;
    await pool.get('a').refresh();
    expect(all?.length).toBe(heard);
  });

  it('names a session without a store and a name after its key', async () => {
    const names: string[] = [];
    const pool = createTokenPool(() => ({ acquire: async () => ({ accessToken: 'one' }) }));
    pool.subscribe(({ name }) => names.push(name));
    await pool.get('tenant-7').getToken();
    expect(new Set(names)).toEqual(new Set(['tenant-7']));
    await pool.close();
  });
});

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

describe('a manager of a pool that was closed', () => {
  it('has one flight a key although the manager was closed while a refresh went on that nobody waits for', async () => {
    const { pool, answer, refreshes, closing } = await closedWhileRefreshing();
    const again = pool.get('a').getToken();
    const impatient = new AbortController();
    const reason = new Error('does not wait for that');
    const aborted = pool.get('a').getToken({ signal: impatient.signal });
    impatient.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    await settle(); // time enough for a second flight
    answer();
    expect((await again)?.accessToken).toBe('a-2');
    expect(refreshes).toEqual(['a-2']);
    await closing;
  });

  it('keeps nobody waiting for longer than 30 s for a manager that was closed while its refresh hangs', async () => {
    const { pool, clock } = await closedWhileRefreshing();
    const waiting = pool.get('a').getToken();
    const refused = expect(waiting).rejects.toMatchObject({
      code: 'ERR_WAIT_LIMIT',
      message: 'The session was being closed for more than 30000 ms',
    });
    await clock.advance(29_999);
    expect(
      await Promise.race([waiting.catch(() => 'ended'), Promise.resolve('still waiting')]),
    ).toBe('still waiting');
    await clock.advance(1);
    await refused;
  });

  it('that was never used, and a session that was not, close at once', async () => {
    const { pool, created } = testPool();
    await pool.get('a').close();
    await pool.close();
    expect(created).toEqual([]);
  });

  it('drops one manager when its session is closed, and all when the pool is, after what was sent has been stored', async () => {
    const { pool, clock, cellOf, server, answer } = testPool();
    await pool.get('a').getToken();
    await pool.get('b').getToken();
    await pool.get('a').close();
    expect(pool.size).toBe(1);
    server.holds = true;
    const waiting = outcome(pool.get('b').refresh());
    await settle();
    const closing = pool.close();
    answer();
    await closing;
    expect(await waiting).toBe('b-2');
    expect((await cellOf('b').open().read())?.value).toMatchObject({ gen: 1 });
    await expect(pool.get('b').getToken()).rejects.toMatchObject({
      code: 'ERR_CLOSED',
      message: 'The token pool was closed',
    });
    expect([pool.size, clock.pending, cellOf('b').subscribers]).toEqual([0, 0, 0]);
  });
});

describe('what a pool is given', () => {
  it('is asked for at once: create cannot be waited for, and no rejection of it ends the process', async () => {
    const unhandled = unhandledRejections();
    const pool = createTokenPool((async () => {
      throw new Error('later');
    }) as never);
    await expect(pool.get('a').getToken()).rejects.toThrow(
      new TypeError(
        'createTokenPool: create: expected options, got a promise; what has to be waited for belongs into refresh, acquire or the store',
      ),
    );
    await new Promise((resolve) => setImmediate(resolve));
    unhandled.stop();
    expect(unhandled.reasons).toEqual([]);
  });

  it('rejects with what create throws, and tries again the next time', async () => {
    let ready = false;
    const pool = createTokenPool(() => {
      if (!ready) throw new Error('no such tenant');
      return { acquire: async () => ({ accessToken: 'one' }) };
    });
    await expect(pool.get('a').getToken()).rejects.toThrow('no such tenant');
    ready = true;
    expect((await pool.get('a').getToken())?.accessToken).toBe('one');
    await pool.close();
  });

  it.each<[string, () => unknown]>([
    ['create: expected a function, got undefined', () => createTokenPool(undefined as never)],
    ['max: expected 1 or more, got 0', () => createTokenPool(() => ({}) as never, { max: 0 })],
    [
      'idleTimeout: expected ms, more than zero, got string',
      () => createTokenPool(() => ({}) as never, { idleTimeout: '1' as never }),
    ],
    [
      'idleTimeout: expected ms, more than zero, got 0',
      () => createTokenPool(() => ({}) as never, { idleTimeout: 0 }),
    ],
    [
      'clock: expected an object with monotonic(), setTimeout(); monotonic(), setTimeout() missing',
      () => createTokenPool(() => ({}) as never, { clock: {} as never }),
    ],
    [
      'there is no option "idleTimout"; the options are max, idleTimeout, clock',
      () =>
        createTokenPool(() => ({ refresh: async () => ({ accessToken: 'a' }) }), {
          idleTimout: 5,
        } as never),
    ],
    [
      'expected an object, got null',
      () => createTokenPool(() => ({ refresh: async () => ({ accessToken: 'a' }) }), null as never),
    ],
    [
      'key: expected a string that is not empty, got an empty string',
      () => testPool().pool.get(''),
    ],
    [
      'subscribe: expected a function, got undefined',
      () => testPool().pool.subscribe(undefined as never),
    ],
    [
      'subscribe: expected a function, got undefined',
      () =>
        testPool()
          .pool.get('a')
          .subscribe(undefined as never),
    ],
  ])('says what is wrong: %s', (message, run) => {
    expect(run).toThrow(
      new TypeError(
        message.startsWith('subscribe') || /^(max|idle|clock)/.test(message)
          ? message
          : `createTokenPool: ${message}`,
      ),
    );
  });
});
