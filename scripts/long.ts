import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { chosenOf, optionsOf } from './command-options.ts';
import { root } from './workspace.ts';

const RUNS = [
  'schedules',
  'model',
  'file',
  'redis',
  'outage',
  'short-lived',
  'postgres',
  'sqlite',
  'broker',
  'broker-outage',
  'tabs',
  'consumers',
];
/** Need something that is not here, so they are run by name only. */
const BY_NAME = ['upstream'];
const ALL = [...RUNS, ...BY_NAME];
const USAGE = `npm run test:long [-- name [options]]

The proofs at a length that no daily run has time for, one after the other, or one by name, which says with --help
what its options are. There are: ${RUNS.join(', ')}; by name only: ${BY_NAME.join(', ')}.`;

const [name, ...options] = process.argv.slice(2);
// What follows a name is for that run to judge.
const runs =
  name !== undefined && ALL.includes(name)
    ? [name]
    : optionsOf(USAGE, {}, (_, given) => (chosenOf('long run', given, ALL), RUNS), {
        takesNames: true,
      });
for (const run of runs) {
  process.stdout.write(`\n${run}\n`);
  const { status } = spawnSync(
    process.execPath,
    [path.join(root, 'scripts', 'long', `${run}.ts`), ...options],
    { stdio: 'inherit' },
  );
  if (status !== 0) process.exitCode = status ?? 1;
}
