import type { FSWatcher } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

const real = { ...(await import('node:fs')) };
let fault: string | undefined;
let watchers: FSWatcher[] = [];
jest.unstable_mockModule('node:fs', () => ({
  ...real,
  watch: (...args: [string, object, () => void]) => {
    if (fault !== undefined)
      throw Object.assign(new Error(`${fault}: as the system says it`), { code: fault });
    const watcher = real.watch(...args);
    watchers.push(watcher);
    return watcher;
  },
}));
const { fileStore } = await import('../src/index.ts');
const { backOff } = await import('../src/kernel-lock.ts');
const { createTokenManager } = await import('unexpired');
const { newFolder } = await import('./support/folder.ts');
const { recordOf } = await import('./support/records.ts');

let folder: Awaited<ReturnType<typeof newFolder>>;
let file = '';
beforeEach(async () => {
  folder = await newFolder();
  file = folder.at('credentials.json');
  watchers = [];
});
afterEach(async () => {
  fault = undefined;
  await folder.remove();
});

describe('the pause before a lock is tried again', () => {
  it.each([
    [0, 0, 2.5],
    [0, 1, 5],
    [1, 0, 5],
    [2, 1, 20],
    [5, 1, 160],
    [6, 1, 250],
    [1000, 0, 125],
    [1000, 1, 250],
  ])(
    'after %d failures, with %d for luck, is %d ms: doubling, jittered, bounded',
    (failures, random, pause) => {
      expect(backOff({ shortest: 5, longest: 250, background: true }, failures, random)).toBe(
        pause,
      );
    },
  );
});

describe('a folder that cannot be watched', () => {
  it.each(['EMFILE', 'ENOSPC', 'ENOSYS'])(
    'costs time only: a waiter takes over what was stored (%s)',
    async (code) => {
      fault = code;
      await fileStore(file).write(recordOf(1, { expiresAt: 0 }), undefined);
      let spent = 0;
      const [one, other] = [1, 2].map(() =>
        createTokenManager({
          store: fileStore(file),
          refresh: async () => ({
            accessToken: `access-${++spent + 1}`,
            refreshToken: 'refresh-2',
            expiresAt: Date.now() + 3_600_000,
          }),
        }),
      ) as [ReturnType<typeof createTokenManager>, ReturnType<typeof createTokenManager>];
      const all = await Promise.all([one.getToken(), other.getToken()]);
      expect(all.map((token) => token?.accessToken)).toEqual(['access-2', 'access-2']);
      await one.signOut();
      await expect(other.refresh()).rejects.toMatchObject({ code: 'ERR_SIGNED_OUT' });
      expect(spent).toBe(1);
      await Promise.all([one.close(), other.close()]);
    },
  );

  it('any longer is watched again after the next read, and no error goes unhandled', async () => {
    const store = fileStore(file);
    let told = (): void => undefined;
    const stop = store.subscribe?.(() => told());
    await store.read();
    expect(watchers).toHaveLength(1);
    watchers[0]?.emit('error', Object.assign(new Error('the folder is gone'), { code: 'EPERM' }));
    await store.read();
    expect(watchers).toHaveLength(2);
    const heard = new Promise<void>((resolve) => (told = resolve));
    await fileStore(file).write(recordOf(1), undefined);
    await heard;
    stop?.();
  });
});
