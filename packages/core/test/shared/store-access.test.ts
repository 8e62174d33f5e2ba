import { describe, expect, it } from '@jest/globals';
import { type SessionRecord, TokenError, tokenErrorOf } from '../../src/index.ts';
import type { StoreCell } from '../../src/session/store.ts';
import { createStoreAccess } from '../../src/shared/store-access.ts';
import type { Clock } from '../../src/time/clock.ts';
import { settle, testClock } from '../support/clock.ts';
import { sharedCell } from '../support/shared-cell.ts';

const record = (gen: number): SessionRecord => ({
  v: 1,
  session: 's',
  gen,
  status: 'active',
  issuedAt: 1_800_000_000_000,
  turn: 1_800_000_000_000,
  tokens: { accessToken: `secret-${gen}` },
});
const createCell = (
  store: StoreCell,
  clock: Clock,
  learn: (record: SessionRecord | undefined) => void = () => undefined,
) => createStoreAccess(store, clock, () => 0.5, { warn: () => undefined, learn });
const cellOf = (initial?: unknown) => {
  const clock = testClock();
  const shared = sharedCell(initial);
  /** What was learned besides what was shown. */
  const learned: (number | undefined)[] = [];
  return {
    clock,
    shared,
    learned,
    cell: createCell(shared.open(), clock, (found) => learned.push(found?.gen)),
    peer: createCell(shared.open(), clock),
  };
};
const never = () => new Promise<never>(() => undefined);

describe('a store that', () => {
  it('does not answer is given up after 10 s, reading and writing, and leaves no timer', async () => {
    const { clock, shared, cell } = cellOf(record(0));
    shared.hooks.beforeRead = never;
    shared.hooks.beforeWrite = never;
    const ends = [cell.read(), cell.write(record(1), '1')].map((wait) =>
      wait.catch((error: unknown) => tokenErrorOf(error)),
    );
    await clock.advance(9999);
    expect(clock.pending).toBe(2);
    await clock.advance(1);
    expect(await Promise.all(ends)).toMatchObject([
      {
        code: 'ERR_REFRESH_UNAVAILABLE',
        message: 'Store "cell" could not be read',
        cause: { message: 'no answer within 10000 ms' },
      },
      { code: 'ERR_REFRESH_UNAVAILABLE', message: 'Store "cell" could not be written' },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('answers leaves no timer', async () => {
    const { clock, cell } = cellOf(record(0));
    await cell.read();
    await cell.write(record(1), '1');
    expect(clock.pending).toBe(0);
  });

  it('quotes what was to be written is not quoted', async () => {
    const write: StoreCell['write'] = (value) =>
      Promise.reject(new Error(`no room for ${JSON.stringify(value)}`));
    const cell = createCell({ name: 'disk', read: async () => undefined, write }, testClock());
    const tokens = { accessToken: 'secret-a', refreshToken: 'secret-r' };
    const error = await cell
      .write({ ...record(0), tokens }, undefined)
      .catch((thrown: unknown) => tokenErrorOf(thrown));
    expect(error).toMatchObject({
      cause: { message: expect.stringMatching(/^no room for .*"accessToken":"\[token\]"/) },
    });
    expect((error as { cause: Error }).cause.message).not.toContain('secret');
  });

  it.each([
    [
      'rejects',
      () =>
        Promise.reject(
          Object.assign(new Error('disk full'), { code: 'ENOSPC', command: 'SET secret-0' }),
        ),
    ],
    [
      'throws at once',
      () => {
        throw Object.assign(new Error('disk full'), { code: 'ENOSPC', command: 'SET secret-0' });
      },
    ],
  ])('%s is a typed error with a cause that hides what was to be written', async (_, fail) => {
    const { clock } = cellOf();
    const store: StoreCell = { name: 'disk', read: fail, write: fail };
    const cell = createCell(store, clock);
    for (const [attempt, message] of [
      [cell.read(), 'Store "disk" could not be read'],
      [cell.write(record(0), undefined), 'Store "disk" could not be written'],
    ] as const) {
      const error = await attempt.catch((thrown: unknown) => thrown as TokenError);
      expect(error).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        message,
        cause: { message: 'disk full', code: 'ENOSPC' },
      });
      expect(JSON.stringify([error, (error as TokenError).cause])).not.toContain('secret');
    }
    expect(clock.pending).toBe(0);
  });

  it('knows itself what is wrong says so, in its own words', async () => {
    const mine = new TokenError('ERR_STORE_RECORD', { message: 'Not mine' });
    const cell = createCell(
      { name: 'x', read: () => Promise.reject(mine), write: () => Promise.reject(mine) },
      testClock(),
    );
    await expect(cell.read()).rejects.toBe(mine);
    await expect(cell.write(record(0), undefined)).rejects.toBe(mine);
  });

  it('holds something else is ERR_STORE_RECORD, and is replaced only by an update that says so', async () => {
    await expect(cellOf({ v: 9 }).cell.read()).rejects.toMatchObject({ code: 'ERR_STORE_RECORD' });
    const { cell, shared } = cellOf({ hello: 'world' });
    await expect(cell.update(() => record(1))).rejects.toMatchObject({ code: 'ERR_STORE_RECORD' });
    expect(shared.writes).toBe(0);
    await cell.update(() => record(1), { replacing: 'lost' });
    expect(shared.record?.gen).toBe(1);
  });

  it.each([null, undefined])(
    'gives %s for a conflict and for nothing is understood',
    async (none) => {
      const cell = createCell(
        { name: 'x', read: async () => none, write: async () => none },
        testClock(),
      );
      expect(await cell.read()).toEqual({ record: undefined, version: undefined });
      expect(await cell.write(record(0), undefined)).toBeUndefined();
    },
  );

  it('warns of its place says it once, until it says something else', async () => {
    const warnings: string[] = [];
    let warning: string | undefined = 'others can read it';
    const store: StoreCell = {
      name: 'x',
      read: async () => ({ value: record(0), version: '1', warning }),
      write: async () => undefined,
    };
    const cell = createStoreAccess(store, testClock(), () => 0, {
      warn: (message) => warnings.push(message),
      learn: () => undefined,
    });
    await cell.read();
    await cell.read();
    warning = 'others can write it';
    await cell.read();
    expect(warnings).toEqual(['others can read it', 'others can write it']);
  });
});

describe('a sight', () => {
  it('that was overtaken by a write of our own is not shown', async () => {
    const { shared, cell } = cellOf(record(0));
    let open = (): void => undefined;
    shared.hooks.afterRead = () => new Promise<void>((resolve) => (open = resolve));
    const reading = cell.read();
    await settle();
    shared.hooks.afterRead = undefined;
    await cell.write(record(1), '1');
    open();
    expect((await reading).record?.gen).toBe(1);
  });

  it('of our own write is not shown before the writer knows of it', async () => {
    const { shared, cell } = cellOf(record(0));
    let open = (): void => undefined;
    shared.hooks.afterWrite = () => new Promise<void>((resolve) => (open = resolve));
    const order: string[] = [];
    const writing = cell.write(record(1), '1').then(() => order.push('written'));
    await settle();
    const reading = cell.read().then(() => order.push('read'));
    await settle();
    open();
    await Promise.all([writing, reading]);
    expect(order).toEqual(['written', 'read']);
  });

  it('that was overtaken by a later one is not shown', async () => {
    const { shared, cell } = cellOf();
    let open = (): void => undefined;
    shared.hooks.afterRead = () => new Promise<void>((resolve) => (open = resolve));
    const early = cell.read();
    await settle();
    shared.hooks.afterRead = undefined;
    shared.put(record(3));
    expect((await cell.read()).record?.gen).toBe(3);
    open();
    expect((await early).record?.gen).toBe(3);
  });

  describe('that may not be shown is learned all the same: what was seen is never unseen', () => {
    /** A read whose value is on its way while `then` runs. */
    const late = async (
      { shared, cell }: ReturnType<typeof cellOf>,
      then: () => Promise<unknown>,
    ): Promise<unknown> => {
      let open = (): void => undefined;
      shared.hooks.afterRead = () => new Promise<void>((resolve) => (open = resolve));
      const early = cell.read();
      early.catch(() => undefined); // looked at below
      await settle();
      shared.hooks.afterRead = undefined;
      await then();
      open();
      return early.catch((error: unknown) => error);
    };

    it('overtaken by a later sight: it may be newer than a store that went back', async () => {
      const stage = cellOf(record(2));
      await late(stage, async () => {
        stage.shared.put(record(1));
        await stage.cell.read();
      });
      expect(stage.learned).toEqual([2]);
    });

    it('overtaken by our own write', async () => {
      const stage = cellOf(record(2));
      await late(stage, () => stage.cell.write(record(3), '1'));
      expect(stage.learned).toEqual([2]);
    });

    it('of our own write: its writer knows it, and it is not a peer’s', async () => {
      const stage = cellOf(record(2));
      stage.shared.hooks.afterWrite = () => settle();
      const writing = stage.cell.write(record(3), '1');
      await settle();
      const [sight] = await Promise.all([stage.cell.read(), writing]);
      expect([sight.record?.gen, stage.learned]).toEqual([3, []]);
    });

    it('after its time limit', async () => {
      const stage = cellOf(record(2));
      expect(await late(stage, () => stage.clock.advance(10_000))).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
      });
      await settle();
      expect(stage.learned).toEqual([2]);
    });

    it.each([
      ['something else', 'not a record'],
      ['nothing', undefined],
      ['a record of nobody', { ...record(0), status: 'signedOut', turn: 0, tokens: undefined }],
    ])('but not where it shows %s', async (_, value) => {
      const stage = cellOf(value);
      await late(stage, () => stage.clock.advance(10_000));
      await settle();
      expect(stage.learned).toEqual([undefined]);
    });
  });

  it('is shown all the same when the write that it waited for fails', async () => {
    const { shared, cell } = cellOf(record(0));
    shared.hooks.beforeWrite = () => Promise.reject(new Error('disk full'));
    const writing = cell.write(record(1), '1').catch(() => 'failed');
    expect((await cell.read()).record?.gen).toBe(0);
    expect(await writing).toBe('failed');
  });
});

describe('an update', () => {
  it('is written over what was just seen', async () => {
    const { shared, cell } = cellOf(record(4));
    const result = await cell.update(({ record: found }) => record((found?.gen ?? 0) + 1));
    expect(result).toEqual({
      written: record(5),
      version: '2',
      over: { record: record(4), version: '1' },
    });
    expect(shared.record?.gen).toBe(5);
  });

  it('spares the first read where the sight is known', async () => {
    const { shared, cell } = cellOf(record(4));
    await cell.update(() => record(5), { known: { record: record(4), version: '1' } });
    expect(shared.reads).toBe(0);
  });

  it('looks again after a conflict, as often as it takes', async () => {
    const { clock, shared, cell, peer } = cellOf(record(0));
    let conflicts = 5;
    shared.hooks.beforeWrite = async () => {
      shared.hooks.beforeWrite = undefined;
      await peer.update(({ record: found }) => record((found?.gen ?? 0) + 1));
      if (--conflicts > 0) shared.hooks.beforeWrite = hook;
    };
    const hook = shared.hooks.beforeWrite;
    const seen: (number | undefined)[] = [];
    const updating = cell.update(({ record: found }) => {
      seen.push(found?.gen);
      return record(100);
    });
    await clock.advance(1000);
    await updating;
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    expect(shared.record?.gen).toBe(100);
  });

  it('that is not wanted any more leaves everything as it is, and says what there is', async () => {
    const { shared, cell } = cellOf(record(4));
    expect(await cell.update(() => undefined)).toMatchObject({
      kept: { record: { gen: 4 }, version: '1' },
    });
    expect(shared.writes).toBe(0);
  });

  it('pauses after the second conflict in a row, up to 10 ms doubling to 1 s, at random', async () => {
    const { clock, shared, cell } = cellOf(record(0));
    shared.hooks.beforeWrite = () => shared.put(record(1));
    const updating = cell.update(() => record(2)).catch(() => undefined);
    await settle();
    const pauses: number[] = [];
    for (let before = shared.writes; pauses.length < 9; before = shared.writes) {
      let pause = 0;
      for (; shared.writes === before && pause < 1000; pause += 1) await clock.advance(1);
      pauses.push(pause);
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 500, 500]); // `random` halves them
    await clock.advance(60_000);
    await updating;
  });

  it('gives up on a cell that is always written in between', async () => {
    const { clock, shared, cell } = cellOf(record(0));
    shared.hooks.beforeWrite = () => shared.put(record(1));
    const updating = cell.update(() => record(2)).catch((error: unknown) => error);
    await clock.advance(60_000);
    expect(await updating).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: 'Store "cell" changed 100 times while it was written',
    });
    expect([shared.writes, clock.pending]).toEqual([100, 0]);
  });
});
