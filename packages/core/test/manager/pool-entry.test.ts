import { expect, it } from '@jest/globals';
import type { TokenEvent, TokenManager } from '../../src/index.ts';
import { createPoolEntry } from '../../src/manager/pool-entry.ts';

const entryOf = () => {
  let tell: (event: TokenEvent) => void = () => undefined;
  const entry = createPoolEntry({
    subscribe(listener: typeof tell) {
      tell = listener;
      return () => undefined;
    },
  } as TokenManager);
  return { entry, tell: (event: object) => tell({ name: 'a', at: 0, ...event } as TokenEvent) };
};

it('a manager is in use until every call has settled, well or badly', async () => {
  const { entry } = entryOf();
  expect([entry.busy, entry.droppable]).toEqual([false, true]);
  let end: (value: string) => void = () => undefined;
  const one = entry.busyWith(new Promise<string>((resolve) => (end = resolve)));
  const two = entry.busyWith(Promise.reject(new Error('down')));
  await expect(two).rejects.toThrow('down');
  expect([entry.busy, entry.droppable]).toEqual([true, false]);
  end('done');
  expect(await one).toBe('done');
  expect([entry.busy, entry.droppable]).toEqual([false, true]);
});

it.each(['refreshed', 'signedIn', 'signedOut'])(
  'what the store could not take is kept until something else was %s',
  (type) => {
    const { entry, tell } = entryOf();
    tell({ type: 'warning', code: 'NOT_DURABLE' });
    expect([entry.busy, entry.droppable]).toEqual([false, false]);
    for (const other of ['rejected', 'refreshStarted', 'refreshFailed', 'sessionEnded'])
      tell({ type: other });
    tell({ type: 'warning', code: 'NOT_REVOKED' });
    expect(entry.droppable).toBe(false);
    tell({ type });
    expect(entry.droppable).toBe(true);
  },
);

it.each(['STORE_PERMISSIONS', 'NOT_REVOKED', 'CONFIGURATION'])(
  'the warning %s keeps nothing',
  (code) => {
    const { entry, tell } = entryOf();
    tell({ type: 'warning', code });
    expect(entry.droppable).toBe(true);
  },
);
