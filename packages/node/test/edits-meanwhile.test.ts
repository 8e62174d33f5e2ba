import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

// What somebody else does to the file at one moment of a write, which no timing would meet.
const real = { ...(await import('node:fs/promises')) };
type Moment = 'lock' | 'draft' | 'rename';
let meanwhile: (moment: Moment) => unknown = () => undefined;
jest.unstable_mockModule('node:fs/promises', () => ({
  ...real,
  open: async (path: string, flags: string, mode: number) => {
    if (path.endsWith('.write.lock')) await meanwhile('lock');
    if (path.endsWith('.tmp')) await meanwhile('draft');
    return real.open(path, flags, mode);
  },
  rename: async (from: string, to: string) => {
    await meanwhile('rename');
    await real.rename(from, to);
  },
}));
const { createTokenManager } = await import('unexpired');
const { fileStoreOn } = await import('../src/file-store.ts');
const { newFolder } = await import('./support/folder.ts');
const { recordOf } = await import('./support/records.ts');
const { steppingClock } = await import('./support/stepping-clock.ts');

/** As an editor has it in memory, and saves it. */
let edited = '';
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

/** Does it once, when the write comes to `when`; a rename then fails, as on Windows while an editor has the file open. */
const onceAt = (when: Moment, edit: () => Promise<void>): void => {
  meanwhile = async (moment) => {
    if (moment !== when) return;
    meanwhile = () => undefined;
    await edit();
    if (when === 'rename') throw Object.assign(new Error('open elsewhere'), { code: 'EBUSY' });
  };
};

describe('a file that was there when a write began, of a process that has read nothing', () => {
  it('is waited for where an editor takes it away: a first sign-in is stored beside the settings', async () => {
    await real.writeFile(file, '{"theme": "dark"}');
    onceAt('lock', () => real.rm(file));
    const clock = steppingClock(() => real.writeFile(file, '{"theme": "light"}'));
    const store = fileStoreOn(clock, file, { pointer: '/auth' });
    expect(await store.write(recordOf(1), undefined)).toEqual(expect.any(String));
    expect(await inFile()).toMatchObject({ theme: 'light', auth: { gen: 1 } });
    expect(clock.pauses).toEqual([20]);
  });
});

describe.each(['draft', 'rename'] as const)(
  'an edit after the last look at the file, at the first %s',
  (when) => {
    const before = (): string => JSON.stringify({ theme: 'dark', auth: recordOf(1) });

    it.each<[string, () => Promise<void>]>([
      ['in place', () => real.writeFile(file, before().replace('dark', 'light'))],
      [
        'in place, of the same length',
        () => real.writeFile(file, before().replace('dark', 'rosy')),
      ],
      [
        'by another file',
        async () => {
          await real.writeFile(folder.at('new'), before().replace('dark', 'light'));
          await real.rename(folder.at('new'), file);
        },
      ],
      ['that leaves half of it', () => real.writeFile(file, '{"theme": "li')],
    ])('is not overwritten: the write is a conflict (%s)', async (_how, edit) => {
      await real.writeFile(file, before(), { mode: 0o600 });
      await real.utimes(file, 1, 1); // long before the edit: some systems tell times apart by a few ms only
      const store = fileStoreOn(steppingClock(), file, { pointer: '/auth' });
      const version = (await store.read())?.version;
      onceAt(when, async () => {
        await edit();
        edited = await real.readFile(file, 'utf8');
      });
      expect(await store.write(recordOf(2), version)).toBeUndefined();
      expect(await real.readFile(file, 'utf8')).toBe(edited);
      expect((await real.readdir(folder.path)).sort()).toEqual([
        'config.json',
        'config.json.write.lock',
      ]);
    });

    it('that takes the file away is no leave to make another: the write is a conflict', async () => {
      await real.writeFile(file, before(), { mode: 0o600 });
      const store = fileStoreOn(steppingClock(), file, { pointer: '/auth' });
      const version = (await store.read())?.version;
      onceAt(when, () => real.rm(file));
      expect(await store.write(recordOf(2), version)).toBeUndefined();
      expect(await real.readdir(folder.path)).toEqual(['config.json.write.lock']);
    });

    it('that makes the file is not overwritten by a first sign-in: the write is a conflict', async () => {
      const store = fileStoreOn(steppingClock(), file, { pointer: '/auth' });
      expect(await store.read()).toBeUndefined();
      onceAt(when, () => real.writeFile(file, '{"theme": "light"}'));
      expect(await store.write(recordOf(1), undefined)).toBeUndefined();
      expect(await inFile()).toEqual({ theme: 'light' });
      expect(await store.write(recordOf(1), undefined)).toEqual(expect.any(String));
      expect(await inFile()).toMatchObject({ theme: 'light', auth: { gen: 1 } });
    });

    it.each([
      ['changes a setting', false],
      ['takes the file away, and brings it back later', true],
    ])('that %s stands beside the answer of a refresh, which is stored', async (_what, isAway) => {
      await real.writeFile(file, JSON.stringify({ theme: 'dark', auth: recordOf(1) }));
      let saving = false;
      let saved: Promise<void> | undefined; // once, whoever looks: a reader that was woken by the watch does, too
      const clock = steppingClock(() => saving && (saved ??= real.writeFile(file, edited)));
      const tokens = createTokenManager({
        store: fileStoreOn(clock, file, { pointer: '/auth' }),
        refresh: async () => {
          edited = (await real.readFile(file, 'utf8')).replace('dark', 'light');
          onceAt(when, () => {
            saving = isAway;
            return isAway ? real.rm(file) : real.writeFile(file, edited);
          });
          return { accessToken: 'access-2', refreshToken: 'refresh-2' };
        },
      });
      expect((await tokens.refresh()).accessToken).toBe('access-2');
      saving = false;
      await tokens.close();
      expect(await inFile()).toMatchObject({
        theme: 'light',
        auth: { gen: 2, tokens: { refreshToken: 'refresh-2' } },
      });
    });
  },
);
