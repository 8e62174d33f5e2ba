import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTokenManager, type TokenEvent } from 'unexpired';
import { fileStore } from '../src/index.ts';
import { fileStoreOn } from '../src/file-store.ts';
import { newFolder } from './support/folder.ts';
import { type Program, start } from './support/program.ts';
import { recordOf } from './support/records.ts';
import { steppingClock } from './support/stepping-clock.ts';

let folder: Awaited<ReturnType<typeof newFolder>>;
let file = '';
let editor: Program | undefined;
beforeEach(async () => {
  folder = await newFolder();
  file = folder.at('config.json');
  await writeFile(file, JSON.stringify({ theme: 'dark', auth: recordOf(1) }, null, 2), {
    mode: 0o600,
  });
});
afterEach(async () => {
  await editor?.kill();
  await folder.remove();
});

const opened = async (how: string): Promise<Program> => {
  editor = start('editor', [how, file]);
  await editor.next('ready');
  return editor;
};

describe.each(['rename aside', 'unlink', 'truncate', 'without the value'])(
  'an editor that saves the file while we read it: %s',
  (how) => {
    it('ends no session: a request made during it gets what is there after it', async () => {
      const store = fileStore(file, { pointer: '/auth' });
      await store.read();
      const program = await opened(how);
      for (let save = 0; save < 20; save++) {
        program.tell('begin');
        await program.next('away');
        const reading = store.read();
        program.tell('finish');
        expect((await reading)?.value).toMatchObject({ gen: 1 });
        await program.next('saved');
      }
    });

    it.each([1, 2, 3, 4])('is waited for at look %d of five', async (look) => {
      const program = await opened(how);
      const clock = steppingClock(async (pause) => {
        if (pause !== look) return;
        program.tell('finish');
        await program.next('saved');
      });
      const store = fileStoreOn(clock, file, { pointer: '/auth' });
      await store.read();
      program.tell('begin');
      await program.next('away');
      expect((await store.read())?.value).toMatchObject({ gen: 1 });
      expect(clock.pauses).toEqual([20, 40, 70, 120].slice(0, look));
    });

    it('is waited out by a write as well, which then is a conflict', async () => {
      const program = await opened(how);
      const clock = steppingClock(async (pause) => {
        if (pause !== 1) return;
        program.tell('finish');
        await program.next('saved');
      });
      const store = fileStoreOn(clock, file, { pointer: '/auth' });
      const version = (await store.read())?.version;
      program.tell('begin');
      await program.next('away');
      expect(await store.write(recordOf(2), version)).toBeUndefined();
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
        theme: 'dark',
        auth: { gen: 1 },
      });
    });

    it('ends no session of a manager, and nobody is told so', async () => {
      const tokens = createTokenManager({
        store: fileStore(file, { pointer: '/auth' }),
        refresh: async () => ({ accessToken: 'access-2' }),
      });
      const types: string[] = [];
      tokens.subscribe(({ type }: TokenEvent) => types.push(type));
      await tokens.getToken();
      const program = await opened(how);
      for (let save = 0; save < 5; save++) {
        program.tell('begin');
        await program.next('away');
        const asking = tokens.getToken();
        program.tell('finish');
        expect((await asking)?.accessToken).toBe('access-1');
        await program.next('saved');
      }
      await tokens.refresh();
      await tokens.close();
      expect(types).not.toContain('signedOut');
      expect(tokens.status).toBe('signedIn');
    });
  },
);

describe('settings without a session yet, which an editor saves during the first sign-in', () => {
  const LOOKS = [20, 40, 70, 120];
  const settings = '{"theme": "dark"}';
  beforeEach(() => writeFile(file, settings, { mode: 0o600 }));

  it.each(['rename aside', 'unlink', 'truncate'])(
    'are waited for, and stay beside what is stored: %s',
    async (how) => {
      const program = await opened(how);
      const clock = steppingClock(async (pause) => {
        if (pause !== 4) return;
        program.tell('finish');
        await program.next('saved');
      });
      const store = fileStoreOn(clock, file, { pointer: '/auth' });
      await store.read();
      program.tell('begin');
      await program.next('away');
      expect(await store.write(recordOf(1), undefined)).toEqual(expect.any(String));
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
        theme: 'dark',
        auth: { gen: 1 },
      });
      expect(clock.pauses).toEqual(LOOKS);
    },
  );

  it('are waited for where the file is empty for a moment', async () => {
    const clock = steppingClock(() => writeFile(file, settings));
    const store = fileStoreOn(clock, file, { pointer: '/auth' });
    await store.read();
    await writeFile(file, '');
    await store.write(recordOf(1), undefined);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      theme: 'dark',
      auth: { gen: 1 },
    });
  });

  it.each([
    ['a write that finds them gone', false],
    ['a read that finds them gone, and the write after it', true],
  ])(
    'that were deleted are looked for once, and then a sign-in is stored: %s',
    async (_who, reads) => {
      const clock = steppingClock();
      const store = fileStoreOn(clock, file, { pointer: '/auth' });
      await store.read();
      await rm(file);
      if (reads) expect(await store.read()).toBeUndefined();
      expect(await store.write(recordOf(1), undefined)).toEqual(expect.any(String));
      expect(clock.pauses).toEqual(LOOKS);
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ auth: { gen: 1 } });
    },
  );

  it('are lost by no sign-in of a manager', async () => {
    const program = await opened('unlink');
    const tokens = createTokenManager({
      store: fileStoreOn(
        steppingClock(async (pause) => {
          if (pause !== 1) return;
          program.tell('finish');
          await program.next('saved');
        }),
        file,
        { pointer: '/auth' },
      ),
      refresh: async () => ({ accessToken: 'access-2' }),
    });
    expect(await tokens.getToken()).toBeUndefined();
    program.tell('begin');
    await program.next('away');
    await tokens.setSession({ accessToken: 'access-1' });
    await tokens.close();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      theme: 'dark',
      auth: { tokens: { accessToken: 'access-1' } },
    });
  });
});

describe('a session that is not there', () => {
  const LOOKS = [20, 40, 70, 120];
  const openedOn = (pointer?: string) => {
    const clock = steppingClock();
    return { clock, store: fileStoreOn(clock, file, { pointer }) };
  };

  it.each<[string, () => Promise<void>]>([
    ['no file', () => rm(file)],
    ['nothing at the pointer', () => writeFile(file, '{"theme": "dark"}')],
    ['null at the pointer', () => writeFile(file, '{"theme": "dark", "auth": null}')],
  ])('costs no time where there was none: %s', async (_what, make) => {
    await make();
    const { clock, store } = openedOn('/auth');
    expect((await store.read())?.value ?? undefined).toBeUndefined();
    await store.read();
    await store.write(recordOf(1), (await store.read())?.version);
    expect(clock.pauses).toEqual([]);
  });

  it.each(['config.json.write.lock', 'config.json.refresh.lock'])(
    'is looked for once where one was: %s is there',
    async (lockFile) => {
      await rm(file);
      await writeFile(folder.at(lockFile), '');
      const { clock, store } = openedOn();
      expect(await store.read()).toBeUndefined();
      expect(clock.pauses).toEqual(LOOKS);
      expect(await store.read()).toBeUndefined();
      await store.write(recordOf(1), undefined);
      expect(clock.pauses).toEqual(LOOKS); // once there is none, nobody looks again
      await rm(file);
      expect(await store.read()).toBeUndefined();
      expect(clock.pauses).toEqual([...LOOKS, ...LOOKS]);
    },
  );

  it('is looked for before a first write, which must not take the place of one that is being saved', async () => {
    await fileStore(file, { pointer: '/auth' }).write(recordOf(2), undefined);
    const text = await readFile(file, 'utf8');
    await rm(file);
    const clock = steppingClock(() => writeFile(file, text));
    const store = fileStoreOn(clock, file, { pointer: '/auth' });
    expect(await store.write(recordOf(9), undefined)).toBeUndefined();
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('is an error, and nothing is written, where the file stays half written', async () => {
    await writeFile(file, '{"theme": "da');
    const { clock, store } = openedOn('/auth');
    await expect(store.read()).rejects.toMatchObject({ code: 'ERR_STORE_RECORD' });
    expect(clock.pauses).toEqual(LOOKS);
  });
});
