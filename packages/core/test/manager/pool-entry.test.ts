import { expect, it } from '@jest/globals';
import type { TokenManager } from '../../src/index.ts';
import { createPoolEntry } from '../../src/manager/pool-entry.ts';

const entryOf = () => {
  const manager = { status: 'unknown' } as TokenManager;
  const is = { needed: false, volatile: false };
  const entry = createPoolEntry({
    manager,
    needed: () => is.needed,
    volatile: () => is.volatile,
  });
  return { entry, manager, is, now: () => [entry.busy, entry.kept, entry.droppable] };
};

it('a manager is in use until every call has settled, well or badly', async () => {
  const { entry, manager, now } = entryOf();
  expect([entry.manager === manager, ...now()]).toEqual([true, false, false, true]);
  let end: (value: string) => void = () => undefined;
  const one = entry.busyWith(new Promise<string>((resolve) => (end = resolve)));
  const two = entry.busyWith(Promise.reject(new Error('down')));
  await expect(two).rejects.toThrow('down');
  expect(now()).toEqual([true, true, false]);
  end('done');
  expect(await one).toBe('done');
  expect(now()).toEqual([false, false, true]);
});

it('a manager that is at work is not dropped where there is another, and one whose session would be gone never is', () => {
  const { is, now } = entryOf();
  is.needed = true;
  expect(now()).toEqual([false, false, false]);
  is.volatile = true;
  expect(now()).toEqual([false, true, false]);
  is.needed = false;
  expect(now()).toEqual([false, true, false]);
  is.volatile = false;
  expect(now()).toEqual([false, false, true]);
});
