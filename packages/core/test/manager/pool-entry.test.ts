import { expect, it } from '@jest/globals';
import type { TokenManager } from '../../src/index.ts';
import { busyWith, isDroppable } from '../../src/manager/pool-entry.ts';

const entryOf = () => {
  const is = { needed: false, volatile: false };
  const manager = { status: 'unknown' } as TokenManager;
  const pooled = { manager, needed: () => is.needed, volatile: () => is.volatile };
  return { is, entry: { ...pooled, usedAt: 0, calls: 0 } };
};

it('a manager is in use until every call has settled, well or badly', async () => {
  const { entry } = entryOf();
  expect([entry.calls, isDroppable(entry)]).toEqual([0, true]);
  let end: (value: string) => void = () => undefined;
  const one = busyWith(entry, new Promise<string>((resolve) => (end = resolve)));
  const two = busyWith(entry, Promise.reject(new Error('down')));
  await expect(two).rejects.toThrow('down');
  expect([entry.calls, isDroppable(entry)]).toEqual([1, false]);
  end('done');
  expect(await one).toBe('done');
  expect([entry.calls, isDroppable(entry)]).toEqual([0, true]);
});

it('a manager that is at work, or whose session would be gone, is not dropped', () => {
  const { is, entry } = entryOf();
  is.needed = true;
  expect(isDroppable(entry)).toBe(false);
  is.volatile = true;
  expect(isDroppable(entry)).toBe(false);
  is.needed = false;
  expect(isDroppable(entry)).toBe(false);
  is.volatile = false;
  expect(isDroppable(entry)).toBe(true);
});
