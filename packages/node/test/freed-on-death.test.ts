import { readFile, rm, stat, symlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RefreshLock } from 'unexpired';

const real = { ...(await import('node:fs/promises')) };
let bootId: (() => Promise<string>) | undefined;
jest.unstable_mockModule('node:fs/promises', () => ({
  ...real,
  readFile: (file: string, options: 'utf8') =>
    bootId !== undefined && file.endsWith('/boot_id') ? bootId() : real.readFile(file, options),
}));
const { fileLock, fileStore } = await import('../src/index.ts');
const { newFolder } = await import('./support/folder.ts');
const { start } = await import('./support/program.ts');

let folder: Awaited<ReturnType<typeof newFolder>>;
let file = '';
beforeEach(async () => {
  folder = await newFolder();
  file = folder.at('credentials.json');
});
afterEach(async () => {
  bootId = undefined;
  await folder.remove();
});

const identityOf = async (lock: RefreshLock | undefined, name = 'x'): Promise<unknown> =>
  lock?.request(name, {}, async (held) => (held as { freedOnDeath?: string } | null)?.freedOnDeath);

const ON_LINUX = process.platform === 'linux';

describe('the identity of a lock that its holder’s death frees', () => {
  it('is the start of the kernel, and the lock file: device and inode', async () => {
    const seen = await identityOf(fileStore(file).lock);
    const { dev, ino } = await stat(`${file}.refresh.lock`);
    const boot = ON_LINUX
      ? (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
      : undefined;
    expect(seen).toBe(boot === undefined ? undefined : `${boot}.${dev}.${ino}`);
  });

  it('is the same for all who meet at the lock: other stores, other names, other ways to the file, other processes', async () => {
    await symlink(file, folder.at('link'));
    const identity = await identityOf(fileStore(file).lock, 'one');
    expect(await identityOf(fileStore(file).lock, 'two')).toBe(identity);
    expect(await identityOf(fileStore(folder.at('link')).lock)).toBe(identity);
    const own = await identityOf(fileLock(file), 'a');
    const program = start('lock-holder', [file, 'a']);
    const { freedOnDeath } = await program.next<{ freedOnDeath?: string }>('held');
    await program.kill();
    expect(freedOnDeath).toBe(own);
  });

  it('is another one for another lock, also where its file was removed and made anew while both are held', async () => {
    const lock = fileStore(file).lock as RefreshLock;
    const [first, second] = (await lock.request('x', {}, async (held) => {
      await rm(`${file}.refresh.lock`);
      return [(held as { freedOnDeath?: string }).freedOnDeath, await identityOf(lock)];
    })) as [string | undefined, unknown];
    expect(second === first).toBe(!ON_LINUX);
    expect((await identityOf(fileStore(file, { pointer: '/a' }).lock)) === second).toBe(!ON_LINUX);
  });

  it.each<[string, () => Promise<string>]>([
    ['nothing that could be read', () => Promise.reject(new Error('ENOENT'))],
    ['an empty text', async () => '\n'],
    ['the name of the host', async () => 'web-1\n'],
  ])(
    'is none where the system gives %s for a boot id: then the lock counts as one that may lapse',
    async (_what, given) => {
      bootId = given;
      expect(await identityOf(fileStore(file).lock)).toBeUndefined();
    },
  );
});
