import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

// What somebody else does to the file at one moment of a write, which no timing would meet.
const real = { ...(await import('node:fs/promises')) };
let meanwhile: (call: 'lock' | 'rename') => unknown = () => undefined;
jest.unstable_mockModule('node:fs/promises', () => ({
  ...real,
  open: async (path: string, flags: string, mode: number) => {
    if (path.endsWith('.write.lock')) await meanwhile('lock');
    return real.open(path, flags, mode);
  },
  rename: async (from: string, to: string) => {
    await meanwhile('rename');
    await real.rename(from, to);
  },
}));
const { fileStoreOn } = await import('../src/file-store.ts');
const { newFolder } = await import('./support/folder.ts');
const { recordOf } = await import('./support/records.ts');
const { steppingClock } = await import('./support/stepping-clock.ts');

let folder: Awaited<ReturnType<typeof newFolder>>;
let file = '';
beforeEach(async () => {
  folder = await newFolder();
  file = folder.at('config.json');
});
afterEach(async () => {
  meanwhile = () => undefined;
  await folder.remove();
});

const inFile = async (): Promise<unknown> => JSON.parse(await real.readFile(file, 'utf8'));

describe('a file that was there when a write began, of a process that has read nothing', () => {
  it('is waited for where an editor takes it away: a first sign-in is stored beside the settings', async () => {
    await real.writeFile(file, '{"theme": "dark"}');
    meanwhile = () => real.rm(file, { force: true });
    const clock = steppingClock(() => real.writeFile(file, '{"theme": "light"}'));
    const store = fileStoreOn(clock, file, { pointer: '/auth' });
    expect(await store.write(recordOf(1), undefined)).toEqual(expect.any(String));
    expect(await inFile()).toMatchObject({ theme: 'light', auth: { gen: 1 } });
    expect(clock.pauses).toEqual([20]);
  });
});
