// `npm run test:long [-- name [options]]`: the proofs at a length that no daily run has time for, one after the other or one by name.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
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
const [name, ...options] = process.argv.slice(2);

if (name !== undefined && ![...RUNS, ...BY_NAME].includes(name)) {
  process.stderr.write(
    `There is no long run ${name}; there are: ${[...RUNS, ...BY_NAME].join(', ')}\n`,
  );
  process.exitCode = 1;
} else {
  for (const run of name === undefined ? RUNS : [name]) {
    process.stdout.write(`\n${run}\n`);
    const { status } = spawnSync(
      process.execPath,
      [path.join(root, 'scripts', 'long', `${run}.ts`), ...options],
      { stdio: 'inherit' },
    );
    if (status !== 0) process.exitCode = 1;
  }
}
