import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { newFolder } from '../../node/test/support/folder.ts';

const SOURCES = new URL('../../../test/support/sources.mjs', import.meta.url).href;
const INDEX = new URL('../src/index.ts', import.meta.url).href;

it.each<[string, readonly string[], string]>([
  ['--input-type', ['--input-type=module'], ''],
  ['NODE_OPTIONS', [], '--input-type=module'],
])(
  'a thread works in a program that is given on the command line as a module, by %s',
  async (_how, flags, options) => {
    const folder = await newFolder();
    const program = `const { sqliteThread } = await import(${JSON.stringify(INDEX)});
      const thread = sqliteThread(${JSON.stringify(folder.at('sessions.db'))});
      console.log((await thread.get('select 1 + 1 as two', [])).two);
      await thread.close();`;
    const printed = execFileSync(
      process.execPath,
      ['--no-warnings', '--import', SOURCES, ...flags, '--eval', program],
      { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: options }, stdio: 'pipe' },
    );
    expect(printed).toBe('2\n');
    await folder.remove();
  },
);
