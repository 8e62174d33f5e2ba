// `npm run test:long -- upstream --source <checkout> [--suite ky] [--write]`: another project's own tests, with our fetch
// inside. The checkout needs its dependencies installed: what is published holds no tests.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from '../workspace.ts';
import { newFailures, readTap, rowsOf } from './upstream/tap.ts';

interface Suite {
  /** Starts it so that it writes TAP. Tests that need a browser are left out. */
  readonly args: readonly string[];
  /** Starts the one test of this name, in place of all. */
  only(name: string): string;
}

const SUITES: Record<string, Suite> = {
  ky: {
    args: [
      'node_modules/ava/entrypoints/cli.mjs',
      '--tap',
      '--timeout=2m',
      '--concurrency=2',
      // It puts an asserting class in the place of the global Headers while the other tests of its file run.
      '--match=!*even in old browsers',
      'test/*.ts',
      '!test/browser.ts',
      '!test/with-page.ts',
    ],
    only: (name) => `--match=${name.replace(/^.*? › /, '')}`,
  },
};
const WAYS = ['bare', 'fresh', 'slow', 'nobody'];

const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    suite: { type: 'string', default: 'ky' },
    write: { type: 'boolean', default: false },
  },
});

function run(source: string, args: readonly string[], way: string): Map<string, string> {
  const preload = pathToFileURL(path.join(root, 'scripts', 'long', 'upstream', 'wrap-fetch.ts'));
  const { stdout, stderr } = spawnSync(process.execPath, [...args], {
    cwd: source,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      UNEXPIRED_UPSTREAM: way,
      NODE_OPTIONS: `--no-warnings --import ${preload.href}`,
    },
  });
  const results = readTap(stdout);
  if (results.size === 0) throw new Error(`${way}: no test ran\n${stderr.slice(-2000)}`);
  const failed = [...results.values()].filter((result) => result !== 'ok').length;
  process.stdout.write(`${way.padEnd(8)}${results.size} tests, ${failed} failed\n`);
  return results;
}

function main(): void {
  const { source, suite, write } = values;
  const { args, only } = SUITES[suite] ?? {};
  if (!args || !only)
    throw new Error(`There is no suite ${suite}; there are: ${Object.keys(SUITES).join(', ')}`);
  if (source === undefined || !existsSync(path.join(source, 'package.json')))
    throw new Error(
      '--source: expected a checkout of the project, with its dependencies installed',
    );
  if (!existsSync(path.join(source, args[0] ?? '')))
    throw new Error(`--source: ${args[0]} is missing; install the dependencies there first`);
  const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: source, encoding: 'utf8' });
  const runs = WAYS.map((way) => run(source, args, way));
  // Many tests measure time, and fail on a busy machine: those are run once more, alone.
  const [bare = new Map<string, string>()] = runs;
  for (const [index, results] of runs.entries()) {
    const failed = newFailures([bare, results], []);
    if (index === 0 || failed.length === 0) continue;
    const again = run(source, [...args, ...failed.map(only)], WAYS[index] ?? '');
    for (const name of failed) if (again.get(name) === 'ok') results.set(name, 'ok');
  }
  const file = path.join(root, 'scripts', 'long', 'upstream', `${suite}.txt`);
  const known = existsSync(file) ? knownFailures(readFileSync(file, 'utf8')) : [];
  const found = newFailures(runs, write ? [] : known);
  if (write)
    writeFileSync(
      file,
      [
        `${suite}, commit ${commit.stdout.trim()}`,
        WAYS.map((way) => way.padEnd(7)).join(''),
        ...rowsOf(runs),
        '',
      ].join('\n'),
    );
  if (found.length > 0) {
    process.stdout.write(`\nPass without us, and not with us:\n  ${found.join('\n  ')}\n`);
    process.exitCode = write ? 0 : 1;
  }
}

// A test that passed bare and failed in one of the other ways.
function knownFailures(list: string): string[] {
  return list
    .split('\n')
    .slice(2)
    .filter((row) => row.startsWith('ok ') && /^.{7,21}(not ok|-)/.test(row.slice(0, 28)))
    .map((row) => row.slice(28));
}

try {
  main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
