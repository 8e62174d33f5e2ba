import { expect, it } from '@jest/globals';
import type { TokenManager } from '../../src/index.ts';
import { createPoolEntry } from '../../src/manager/pool-entry.ts';

const entryOf = () => {
  const manager = { status: 'unknown' } as TokenManager;
  let needed = false;
  const entry = createPoolEntry({ manager, needed: () => needed });
  return { entry, manager, need: (now: boolean) => (needed = now) };
};

it('a manager is in use until every call has settled, well or badly', async () => {
  const { entry, manager } = entryOf();
  expect([entry.manager === manager, entry.busy, entry.droppable]).toEqual([true, false, true]);
  let end: (value: string) => void = () => undefined;
  const one = entry.busyWith(new Promise<string>((resolve) => (end = resolve)));
  const two = entry.busyWith(Promise.reject(new Error('down')));
  await expect(two).rejects.toThrow('down');
  expect([entry.busy, entry.droppable]).toEqual([true, false]);
  end('done');
  expect(await one).toBe('done');
  expect([entry.busy, entry.droppable]).toEqual([false, true]);
});

it('a manager that would take something with it is not in use, and yet not to be dropped, as long as that is so', () => {
  const { entry, need } = entryOf();
  need(true);
  expect([entry.busy, entry.droppable]).toEqual([false, false]);
  need(false);
  expect([entry.busy, entry.droppable]).toEqual([false, true]);
});
