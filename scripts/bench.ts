import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { chosenOf, optionsOf } from './command-options.ts';
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
const USAGE = `npm run bench [-- name ...] [--against FOLDER] [--part NAME]

What this costs, on the packages as they are built; with --against also those of another checkout, which has been
built, in the same rounds (clients, broker). \`-- broker --part NAME\` runs what takes longer than a normal run has
time for: sessions, rotations, hand-over. Each benchmark runs in a process of its own, so that none runs on what
another one has taught the compiler. There are: ${BENCHMARKS.join(', ')}.`;

const { against, part, names } = optionsOf(
  USAGE,
  { against: { type: 'string' }, part: { type: 'string' } },
  (values, given) => ({ ...values, names: chosenOf('benchmark', given, BENCHMARKS) }),
  { takesNames: true },
);
process.stdout.write(
  `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores, Node ${process.versions.node}\n`,
);
for (const name of names) {
  const { status } = spawnSync(
    process.execPath,
    [...FLAGS, path.join(root, 'benchmarks', 'src', `${name}.ts`)],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        ...(against && { UNEXPIRED_AGAINST: against }),
        ...(part && { UNEXPIRED_PART: part }),
      },
    },
  );
  if (status !== 0) process.exitCode = 1;
}
