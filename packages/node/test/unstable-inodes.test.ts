import type { FileHandle } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

// What systems say of a lock file whose number is not the same each time: played, since this one says the same.
const real = { ...(await import('node:fs/promises')) };
let controller: AbortController;
/** Calls after which a test gives up: what asks that often asks for ever. */
const ENOUGH = 50;
let opened = 0;
let closed = 0;
/** What is added to the inode of the handle that was opened as the `count`th. */
let shift = (_count: number): bigint => 0n;
let onOpened = (_count: number): unknown => undefined;
jest.unstable_mockModule('node:fs/promises', () => ({
  ...real,
  // As libuv does on Windows in some versions of Node: by path it is another device than by handle.
  stat: async (path: string, options: { bigint: true }) => {
    const found = await real.stat(path, options);
    return path.endsWith('.lock') ? Object.assign(found, { dev: found.dev + 1n }) : found;
  },
  open: async (path: string, flags: string, mode: number) => {
    const handle = await real.open(path, flags, mode);
    if (!path.endsWith('.lock')) return handle;
    if (++opened === ENOUGH) controller.abort(new Error(`opened ${ENOUGH} times`));
    const count = opened;
    await onOpened(count);
    return new Proxy(handle, {
      get(target, key) {
        if (key === 'stat') return shifted(target, shift(count));
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== 'function') return member;
        if (key === 'close') closed++;
        return member.bind(target) as unknown;
      },
    });
  },
}));
const shifted =
  (handle: FileHandle, by: bigint) =>
  async (options: { bigint: true }): Promise<object> => {
    const found = await handle.stat(options);
    return typeof found.ino === 'bigint' ? Object.assign(found, { ino: found.ino + by }) : found;
  };
const { fileStoreOn } = await import('../src/file-store.ts');
const { newFolder } = await import('./support/folder.ts');
const { recordOf } = await import('./support/records.ts');
const { steppingClock } = await import('./support/stepping-clock.ts');

let folder: Awaited<ReturnType<typeof newFolder>>;
let file = '';
beforeEach(async () => {
  controller = new AbortController();
  [opened, closed, shift, onOpened] = [0, 0, () => 0n, () => undefined];
  folder = await newFolder();
  file = folder.at('credentials.json');
});
afterEach(() => folder.remove());

const opening = () => {
  const clock = steppingClock();
  const store = fileStoreOn(clock, file);
  const { signal } = controller;
  const locked = () => store.lock?.request('x', { signal }, async () => 'held');
  return { clock, store, locked };
};

describe('a lock file', () => {
  it('is known again where the system names another device by path than by handle', async () => {
    const { clock, store, locked } = opening();
    expect(await locked()).toBe('held');
    expect(await store.write(recordOf(1), undefined)).toEqual(expect.any(String));
    expect([...clock.pauses, ...clock.background]).toEqual([]);
    expect(closed).toBe(opened);
  });

  it('that somebody removes in between is left for the new one', async () => {
    onOpened = async (count) => count === 1 && (await real.rm(`${file}.refresh.lock`));
    const { clock, locked } = opening();
    expect(await locked()).toBe('held');
    expect(await real.readdir(folder.path)).toEqual(['credentials.json.refresh.lock']);
    expect(clock.background).toHaveLength(1);
    expect(closed).toBe(opened);
  });

  it('that has another inode each time it is opened is an error that says so, after ten tries with pauses', async () => {
    shift = BigInt;
    const { clock, store, locked } = opening();
    const message =
      /credentials\.json\.refresh\.lock could not be locked: .* file system .* inodes/;
    await expect(locked()).rejects.toThrow(message);
    expect(clock.background).toHaveLength(9);
    expect(closed).toBe(opened);
    await expect(store.write(recordOf(1), undefined)).rejects.toThrow(/write\.lock could not be/);
    expect(await store.read()).toBeUndefined();
  });
});
