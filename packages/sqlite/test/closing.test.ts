import { expect, it } from '@jest/globals';
import { newFolder } from '../../node/test/support/folder.ts';
import { start } from './support/programs.ts';

it('close() of a thread resolves before the process ends, also where nothing else keeps the process alive', async () => {
  const folder = await newFolder();
  const programs = [1, 2, 3].map((number) => start('closing', [folder.at(`${number}.db`)]));
  await Promise.all(programs.map((program) => program.next('closed')));
  expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual(
    programs.map(() => ({ code: 0, signal: null })),
  );
  await folder.remove();
}, 60_000);
