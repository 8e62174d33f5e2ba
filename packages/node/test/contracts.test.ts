import { writeFile } from 'node:fs/promises';
import { describe, it, jest } from '@jest/globals';
import { type LockPlace, lockContract, storeContract } from '@unexpired/testing';
import { newFolder } from './support/folder.ts';
import { start } from './support/program.ts';

const real = { ...(await import('fs-native-extensions')) };
let tries = 0;
jest.unstable_mockModule('fs-native-extensions', () => ({
  ...real,
  tryLock(fd: number) {
    tries++;
    return real.tryLock(fd);
  },
}));
const { fileLock, fileStore } = await import('../src/index.ts');

/** Ms: a busy machine may take long to start a program. */
const timeout = 15_000;

storeContract(
  { describe, it },
  {
    name: 'a file of its own',
    timeout,
    async create() {
      const folder = await newFolder();
      return { open: () => fileStore(folder.at('new', 'credentials.json')), close: folder.remove };
    },
  },
);

storeContract(
  { describe, it },
  {
    name: 'a part of a shared file',
    timeout,
    async create() {
      const folder = await newFolder();
      await writeFile(folder.at('config.json'), '{\n  "theme": "dark",\n  "auth": {}\n}\n');
      return {
        open: () => fileStore(folder.at('config.json'), { pointer: '/auth/a~1b' }),
        close: folder.remove,
      };
    },
  },
);

interface FileLockPlace extends LockPlace {
  readonly base: string;
}

lockContract(
  { describe, it },
  {
    name: 'fileLock',
    timeout,
    async create(): Promise<FileLockPlace> {
      const folder = await newFolder();
      const base = folder.at('new', 'session');
      return { base, open: () => fileLock(base), close: folder.remove };
    },
    async holdElsewhere(place, name) {
      const program = start('lock-holder', [(place as FileLockPlace).base, name]);
      await program.next('held');
      return program.kill;
    },
    counting: async (place) => ({ lock: place.open(), asked: () => tries }),
    async down() {
      const folder = await newFolder();
      await writeFile(folder.at('file'), '');
      return fileLock(folder.at('file', 'session'));
    },
  },
);
