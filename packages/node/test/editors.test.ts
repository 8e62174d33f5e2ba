import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTokenManager, type TokenEvent } from 'unexpired';
import { fileStore } from '../src/index.ts';
import { newFolder } from './support/folder.ts';
import { type Program, start } from './support/program.ts';
import { recordOf } from './support/records.ts';

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
    it('ends no session: who asks meanwhile gets what is there after it', async () => {
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
