import { describe, expect, it } from '@jest/globals';
import { createTokenPool, type TokenEvent } from '../../src/index.ts';
import { unhandledRejections } from '../support/unhandled-rejections.ts';
import { MINUTE, testPool } from '../support/pool.ts';

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

  it('says whether somebody is signed in under a key, and keeps waiting who has left no longer', async () => {
    const { pool } = testPool();
    const session = pool.get('a');
    expect([await session.ready(), session.status]).toEqual(['signedIn', 'signedIn']);
    const reason = new Error('left');
    await expect(pool.get('b').ready({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
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

  it('is checked before there is a manager: options that are wrong are named', async () => {
    const pool = createTokenPool(() => ({ refresh: 'refresh' }) as never);
    await expect(pool.get('a').getToken()).rejects.toThrow(
      new TypeError('refresh: expected a function, got string'),
    );
    const nothing = createTokenPool(() => undefined as never);
    await expect(nothing.get('a').getToken()).rejects.toThrow(TypeError);
    expect([pool.size, nothing.size]).toEqual([0, 0]);
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
