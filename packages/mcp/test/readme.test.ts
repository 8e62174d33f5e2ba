import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { newFolder } from '../../node/test/support/folder.ts';
import { visit } from './support/visit.ts';
import { REDIRECT_URL, startWorld } from './support/world.ts';

const packageFolder = path.join(import.meta.dirname, '..');
const sources = new URL('../../../test/support/sources.mjs', import.meta.url).href;

/** The program that a page shows. */
function programOf(page: string): string {
  const text = readFileSync(path.join(packageFolder, '..', '..', page), 'utf8');
  return /```ts\n([^]*?)```/.exec(text)?.[1] ?? '';
}

it('docs/start/mcp.md shows the program of the README', () => {
  expect(programOf('docs/start/mcp.md')).toBe(programOf('packages/mcp/README.md'));
});

it('the program in the README works as it is printed: somebody signs in once, and the next start finds the session', async () => {
  const world = await startWorld();
  const folder = await newFolder();
  const program = programOf('packages/mcp/README.md')
    .replace('https://mcp.example.com/mcp', world.server.url.href)
    .replace('mcp.example.com.json', folder.at('mcp.json'));
  const run = async (): Promise<readonly [code: unknown, said: string]> => {
    const args = ['--import', sources, '--input-type=module-typescript', '--eval', program];
    const child = spawn(process.execPath, ['--no-warnings', ...args], {
      cwd: packageFolder,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const page = /^Sign in at (.+)\n/.exec(text)?.[1];
      if (page !== undefined)
        void visit(new URL(page), REDIRECT_URL).then(async (back) => (await fetch(back)).text());
    });
    const [code] = await once(child, 'close');
    return [code, said.replace(/http:.*/, 'a page')];
  };
  expect(await run()).toEqual([0, "Sign in at a page\n[ 'read', 'write' ]\n"]);
  expect(await run()).toEqual([0, "[ 'read', 'write' ]\n"]);
  expect(world.authorization.seen).toMatchObject({ logins: 1, refusals: 0 });
  await world.stop();
  await folder.remove();
}, 60_000);
