import { describe, expect, it } from '@jest/globals';
import { type SessionRecord, TokenError, type TokenStore, tokenErrorOf } from '../../src/index.ts';
import { createCell } from '../../src/shared/store-access.ts';
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
const cellOf = (initial?: unknown) => {
  const clock = testClock();
  const shared = sharedCell(initial);
  return {
    clock,
    shared,
    cell: createCell(shared.open(), clock),
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
    const write: TokenStore['write'] = (value) =>
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
    const store: TokenStore = { name: 'disk', read: fail, write: fail };
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

  it('holds something else is ERR_STORE_RECORD', async () => {
    await expect(cellOf({ v: 9 }).cell.read()).rejects.toMatchObject({ code: 'ERR_STORE_RECORD' });
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

  it('that was overtaken, and is not of our own write, is told of all the same: it may be newer than a store that went back', async () => {
    const shared = sharedCell(record(2));
    const overtaken: number[] = [];
    const cell = createCell(shared.open(), testClock(), undefined, ({ gen }) =>
      overtaken.push(gen),
    );
    const late = async (then: () => Promise<unknown>): Promise<void> => {
      let open = (): void => undefined;
      shared.hooks.afterRead = () => new Promise<void>((resolve) => (open = resolve));
      const early = cell.read();
      await settle();
      shared.hooks.afterRead = undefined;
      await then();
      open();
      await early;
    };
    await late(async () => {
      shared.put(record(1));
      await cell.read();
    });
    expect(overtaken).toEqual([2]);
    await late(() => cell.write(record(2), '2'));
    expect(overtaken).toEqual([2]); // that was of the generation before our own
    shared.put('not a record');
    await late(() => cell.write(record(3), '4'));
    expect(overtaken).toEqual([2]);
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
    expect(result).toEqual({ written: '2' });
    expect(shared.record?.gen).toBe(5);
  });

  it('spares the first read where the sight is known', async () => {
    const { shared, cell } = cellOf(record(4));
    await cell.update(() => record(5), { record: record(4), version: '1' });
    expect(shared.reads).toBe(0);
  });

  it('looks again after a conflict, as often as it takes', async () => {
    const { shared, cell, peer } = cellOf(record(0));
    let conflicts = 5;
    shared.hooks.beforeWrite = async () => {
      shared.hooks.beforeWrite = undefined;
      await peer.update(({ record: found }) => record((found?.gen ?? 0) + 1));
      if (--conflicts > 0) shared.hooks.beforeWrite = hook;
    };
    const hook = shared.hooks.beforeWrite;
    const seen: (number | undefined)[] = [];
    await cell.update(({ record: found }) => {
      seen.push(found?.gen);
      return record(100);
    });
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

  it('gives up on a cell that is always written in between', async () => {
    const { shared, cell } = cellOf(record(0));
    shared.hooks.beforeWrite = () => shared.put(record(1));
    await expect(cell.update(() => record(2))).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: 'Store "cell" changed 100 times while it was written',
    });
    expect(shared.writes).toBe(100);
  });
});
