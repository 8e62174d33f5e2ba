// `npm run bench [-- name ...]`: what this costs, on the packages as they are built. Each benchmark in a process of its own,
// so that none runs on what another one has taught the compiler.
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { root } from './workspace.ts';

const BENCHMARKS = ['fresh-path', 'waiters', 'clients', 'connections', 'hand-over'];
const wanted = process.argv.slice(2);
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
      ['--expose-gc', path.join(root, 'benchmarks', 'src', `${name}.ts`)],
      {
        stdio: 'inherit',
      },
    );
    if (status !== 0) process.exitCode = 1;
  }
}
