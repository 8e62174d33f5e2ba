import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Mistake } from '@unexpired/example-command-line';
import { optionsOf } from '../command-options.ts';
import { root } from '../workspace.ts';
import { newFailures, readList, readTap, type Result, writeList } from './upstream/list.ts';
import { type Suite, SUITES } from './upstream/suites.ts';

const WAYS = ['bare', 'fresh', 'slow', 'nobody'] as const;
const FOLDER = path.join(root, 'scripts', 'long', 'upstream');

const USAGE = `npm run test:long -- upstream --source <checkout> [--suite ${Object.keys(SUITES).join('|')}] [--write]

Another project's own tests (ky's), with us inside. The checkout needs its dependencies installed: what is published
holds no tests. --write keeps what failed in scripts/long/upstream/<suite>.txt.`;

const { source, suite, name, write } = optionsOf(
  USAGE,
  {
    source: { type: 'string' },
    suite: { type: 'string', default: 'ky' },
    write: { type: 'boolean', default: false },
  },
  (values) => {
    const wanted = SUITES[values.suite];
    if (wanted === undefined)
      throw new Mistake(
        `--suite: there is no "${values.suite}"; expected ${Object.keys(SUITES).join(', ')}`,
      );
    if (values.source === undefined || !existsSync(path.join(values.source, 'package.json')))
      throw new Mistake(
        '--source: expected a checkout of the project, with its dependencies installed',
      );
    if (!existsSync(path.join(values.source, wanted.runner)))
      throw new Mistake(`--source: ${wanted.runner} is missing; run there first: ${wanted.setUp}`);
    return { source: values.source, suite: wanted, name: values.suite, write: values.write };
  },
);

type Results = Map<string, Result>;

/** Results by the name of the test, and what was ended before it ended by itself. */
interface Run {
  readonly results: Results;
  readonly cut: readonly string[];
}

function run(source: string, suite: Suite, way: string, only?: readonly string[]): Run {
  const preload = pathToFileURL(path.join(FOLDER, suite.preload));
  const results: Results = new Map();
  const cut: string[] = [];
  let errors = '';
  for (const { prefix, args, timeout } of suite.commands(source, only)) {
    const { stdout, stderr, signal } = spawnSync(process.execPath, args, {
      cwd: source,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      timeout,
      killSignal: 'SIGKILL',
      env: {
        ...process.env,
        UNEXPIRED_UPSTREAM: way,
        NODE_OPTIONS: `--no-warnings --import ${preload.href}`,
      },
    });
    errors = `${errors}${stderr}`.slice(-2000);
    if (signal !== null) cut.push(`${prefix}(${way}, ${signal} after at most ${timeout / 1000} s)`);
    for (const [name, result] of readTap(stdout)) results.set(`${prefix}${name}`, result);
  }
  if (results.size === 0) throw new Error(`${way}: no test ran\n${errors}`);
  const count = (of: Result): number => [...results.values()].filter((one) => one === of).length;
  process.stdout.write(
    `${way.padEnd(8)}${results.size} tests, ${count('not ok')} failed, ${count('skip')} skipped\n`,
  );
  if (cut.length > 0) process.stdout.write(`Did not end:\n  ${cut.join('\n  ')}\n`);
  return { results, cut };
}

/** The results of each way. Many tests measure time, and fail on a busy machine: what failed is run once more, alone. */
function runAll(source: string, suite: Suite): Run[] {
  const all: Run[] = [];
  for (const way of WAYS) {
    const found = run(source, suite, way);
    const bare = (all[0] ?? found).results;
    const failed = all.length === 0 ? failuresOf(bare) : newFailures([bare, found.results], []);
    all.push(found);
    if (failed.length === 0) continue;
    const again = run(source, suite, way, failed);
    for (const name of failed) {
      const result = again.results.get(name);
      if (result === 'ok' || (result && result === bare.get(name))) found.results.set(name, result);
    }
  }
  return all;
}

const failuresOf = (results: Results): string[] =>
  [...results.keys()].filter((name) => results.get(name) === 'not ok');

function main(): void {
  const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: source, encoding: 'utf8' });
  const all = runAll(source, suite);
  const runs = all.map(({ results }) => results);
  const file = path.join(FOLDER, `${name}.txt`);
  const known = existsSync(file) ? readList(readFileSync(file, 'utf8')) : new Map<string, string>();
  if (write) {
    const title = [
      `${name}, commit ${commit.stdout.trim()}`,
      `Not run: ${suite.leftOut}`,
      ...all.flatMap(({ cut }) => cut).map((one) => `Did not end: ${one}`),
    ];
    writeFileSync(file, writeList(title.join('\n'), WAYS, runs, known));
  }
  const found = newFailures(runs, [...known.keys()]);
  if (found.length === 0) return;
  process.stdout.write(
    `\nPass without us, not with us, and have no reason in ${name}.txt:\n  ${found.join('\n  ')}\n`,
  );
  process.exitCode = 1;
}

try {
  main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
