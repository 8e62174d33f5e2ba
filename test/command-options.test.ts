import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { root } from '../scripts/workspace.ts';

// On the packages' sources, as jest does: a test must not depend on when somebody last built them.
const sources = new URL('./support/sources.mjs', import.meta.url).href;

async function run(script: string, ...args: string[]) {
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', sources, path.join(root, 'scripts', script), ...args],
    { env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const [code, stdout, stderr] = await Promise.all([
    new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    }),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

it.each([
  ['check', 'check.ts', ['typos'], 'There is no step typos; there are: types, '],
  ['bench', 'bench.ts', ['--part'], "Option '--part <value>' argument missing"],
  ['bench', 'bench.ts', ['burts'], 'There is no benchmark burts; there are: fresh-path, '],
  ['test:apps', 'apps.ts', ['nuxt'], 'There is no app nuxt; there are: axios-retry, '],
  ['release', 'release.ts', [], 'Packages are published from CI, '],
  ['release', 'release.ts', ['--publish'], "Unknown option '--publish'"],
  ['test:long', 'long.ts', ['models'], 'There is no long run models; there are: schedules, '],
  [
    'test:long -- schedules',
    'long/schedules.ts',
    ['--seeds', 'all'],
    '--seeds: expected a whole number from 1 to 10000000, got "all"',
  ],
  ['test:long -- model', 'long/model.ts', ['3'], "Unexpected argument '3'"],
  ['test:long -- sqlite', 'long/sqlite.ts', ['--expiry=3'], "Unknown option '--expiry'"],
])(
  '%s answers --help, and a mistake (%s %j) with a sentence and the exit status 2',
  async (command, script, args, sentence) => {
    const [help, mistake] = await Promise.all([run(script, '--help'), run(script, ...args)]);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(new RegExp(`^Usage: npm run ${command}\\b`));
    const [first, second, ...more] = mistake.stderr.split('\n');
    expect(first?.startsWith(sentence)).toBe(true);
    expect([second?.startsWith(`Usage: npm run ${command}`), more]).toEqual([true, ['']]);
    expect(mistake).toMatchObject({ code: 2, stdout: '' });
  },
  60_000,
);

it('every script and example that takes options takes them like that', () => {
  const own = globSync(['scripts/**/*.ts', 'examples/*/src/**/*.ts'], { cwd: root })
    .filter((file) => readFileSync(path.join(root, file), 'utf8').includes('parseArgs'))
    .map((file) => file.replaceAll(path.sep, '/'));
  expect(own).toEqual(['examples/command-line/src/command-line.ts']);
});
