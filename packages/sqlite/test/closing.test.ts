import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newFolder } from '../../node/test/support/folder.ts';
import type { Program } from '../../node/test/support/program.ts';
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

describe('a program that asked for what cannot be sent to a thread', () => {
  let folder: Awaited<ReturnType<typeof newFolder>>;
  let program: Program;
  beforeEach(async () => {
    folder = await newFolder();
    program = start('unsendable', [folder.at('sessions.db')]);
  });
  afterEach(async () => {
    await program.kill();
    await folder.remove();
  });

  it('is told so, and ends by itself', async () => {
    expect(await program.next('refused')).toBe('DataCloneError');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  }, 20_000);
});
