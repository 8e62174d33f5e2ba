import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { root } from '../scripts/workspace.ts';

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, 'scripts', 'run.cjs'), ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
};

it.each([
  [['sizes', '--dry-run'], 'sizes takes no arguments, and was given: --dry-run\n'],
  [['docs:build', 'docs', 'out'], 'docs:build takes no arguments, and was given: docs out\n'],
])('a command that takes no arguments says so of %j, and does nothing', (args, stderr) => {
  expect(run(...args)).toEqual({ status: 1, stdout: '', stderr });
});

it.each([[[]], [['demos']], [['constructor']]])(
  'of %j it says which commands there are',
  (args) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^usage: node scripts\/run\.cjs <demo\|.*> \[arguments\]\n$/);
  },
);
