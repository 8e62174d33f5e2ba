// `npm run bench [-- name ...]`: what this costs, on the packages as they are built; with `--against <folder>` also those of
// another checkout, which has been built, in the same rounds (`clients`, `broker`). `-- broker --part <name>` runs what takes longer
// than a normal run has time for: `sessions`, `rotations`, `hand-over`. Each benchmark in a process of its own,
// so that none runs on what another one has taught the compiler.
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './workspace.ts';

const BENCHMARKS = [
  'fresh-path',
  'waiters',
  'burst',
  'pool',
  'clients',
  'connections',
  'hand-over',
  'broker',
];
// So much room for young objects that none are collected while the heap of a few requests is measured.
const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
const { values, positionals: wanted } = parseArgs({
  options: { against: { type: 'string' }, part: { type: 'string' } },
  allowPositionals: true,
});
const unknown = wanted.filter((name) => !BENCHMARKS.includes(name));

if (unknown.length > 0) {
  process.stderr.write(
    `There is no benchmark ${unknown.join(', ')}; there are: ${BENCHMARKS.join(', ')}\n`,
  );
  process.exitCode = 1;
} else {
  process.stdout.write(
    `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores, Node ${process.versions.node}\n`,
  );
  for (const name of wanted.length > 0 ? wanted : BENCHMARKS) {
    const { status } = spawnSync(
      process.execPath,
      [...FLAGS, path.join(root, 'benchmarks', 'src', `${name}.ts`)],
      {
        stdio: 'inherit',
        env: {
          ...process.env,
          ...(values.against && { UNEXPIRED_AGAINST: values.against }),
          ...(values.part && { UNEXPIRED_PART: values.part }),
        },
      },
    );
    if (status !== 0) process.exitCode = 1;
  }
}
