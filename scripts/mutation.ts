import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BUNDLE, FOLDER, ROOT } from './mutation/names.ts';
import { countOf, scoreOf, type Count } from './mutation/count.ts';
import { root } from './workspace.ts';

/** In percent. */
const WANTED = 90;
const SOURCE = 'packages/core/src';
const REPORTS = path.join(root, 'reports', 'mutation');

const USAGE = `npm run mutation [-- --mutate FILES]

Breaks the core in thousands of places, one at a time, and counts how often its tests notice. Ignored and equivalent
mutants count as survivors, and so does what only tests would notice that are further away than the nearest 3,400.
Up to two hours on two idle cores. Goes folder by folder: a run that was stopped goes on where it was, as long as
neither code nor tests have changed. Further options are Stryker's, such as --concurrency 1.`;

const options = process.argv.slice(2);
if (options.includes('--help') || options.includes('-h')) process.stdout.write(`Usage: ${USAGE}\n`);
else if (options.some((option) => option.startsWith('--mutate')))
  process.exitCode = stryker('', options);
else wholeRun();

function stryker(folder: string, more: readonly string[]): number {
  const program = path.join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const { status } = spawnSync(process.execPath, [program, 'run', ...more], {
    cwd: root,
    // Its workers are started as plain `node`.
    env: {
      ...process.env,
      [FOLDER]: folder,
      [ROOT]: root,
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`,
    },
    stdio: 'inherit',
  });
  return status ?? 1;
}

function wholeRun(): void {
  const key = bundleKey();
  const counts: Count[] = [];
  for (const [folder, files] of folders()) {
    const count = countIn(folder, files, key);
    if (count === undefined) return;
    counts.push(count);
  }
  for (const count of counts) show(count);
  const whole = counts.reduce((sum, { mutants, noticed }) => ({
    folder: 'whole',
    mutants: sum.mutants + mutants,
    noticed: sum.noticed + noticed,
  }));
  show(whole);
  if (scoreOf(whole) < WANTED) process.exitCode = 1;
}

/** The files of each folder of the core. */
function folders(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of globSync(`${SOURCE}/**/*.ts`, { cwd: root }).sort()) {
    const folder = path.relative(SOURCE, path.dirname(file)) || 'index';
    found.set(folder, [...(found.get(folder) ?? []), file]);
  }
  return found;
}

/** What is run, and how: where it is another one, what was counted before is worth nothing. */
function bundleKey(): string {
  const { status } = spawnSync(process.execPath, [path.join(root, 'scripts/mutation/bundle.ts')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the tests could not be bundled');
  const hash = createHash('sha256');
  const how = globSync(['scripts/mutation/*', 'stryker.config.json'], { cwd: root }).sort();
  for (const file of [BUNDLE, ...how.map((name) => path.join(root, name))])
    hash.update(readFileSync(file));
  return hash.digest('hex');
}

function countIn(folder: string, files: readonly string[], key: string): Count | undefined {
  const place = path.join(REPORTS, `${folder.replaceAll(path.sep, '-')}.json`);
  if (existsSync(place)) {
    const kept = JSON.parse(readFileSync(place, 'utf8')) as Count & { readonly key: string };
    if (kept.key === key) return kept;
  }
  process.stdout.write(`\n${folder}\n`);
  const status = stryker(folder, ['--mutate', files.join(','), ...options]);
  if (status !== 0) {
    process.exitCode = status;
    return undefined;
  }
  const report: unknown = JSON.parse(readFileSync(path.join(REPORTS, 'mutation.json'), 'utf8'));
  renameSync(path.join(REPORTS, 'index.html'), place.replace(/json$/, 'html'));
  const count = countOf(folder, report);
  writeFileSync(place, JSON.stringify({ key, ...count }));
  return count;
}

function show(count: Count): void {
  const { folder, mutants, noticed } = count;
  process.stdout.write(
    `  ${folder.padEnd(12)} ${noticed} of ${mutants} noticed, ${scoreOf(count).toFixed(1)} %\n`,
  );
}
