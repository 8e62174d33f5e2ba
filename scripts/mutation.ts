// `npm run mutation [-- --mutate <files>]`: breaks the core in thousands of places, one at a time, and counts how often its tests notice.
// Ignored and equivalent mutants count as survivors. About two hours on two idle cores: a mutant that survives has to sit through every test that reaches it.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './workspace.ts';

const stryker = path.join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
const { status } = spawnSync(process.execPath, [stryker, 'run', ...process.argv.slice(2)], {
  cwd: root,
  // Its workers are started as plain `node`.
  env: {
    ...process.env,
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`,
  },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
