import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { newFailures, readTap, rowsOf } from '../scripts/long/upstream/tap.ts';
import { root } from '../scripts/workspace.ts';

const run = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(root, 'scripts', 'long', 'upstream.ts'), ...args], {
    encoding: 'utf8',
  });

describe('the run of other projects’ tests', () => {
  it('ends with an error that says what is missing, without a checkout', () => {
    for (const args of [[], ['--source', path.join(root, 'docs')], ['--source', root]]) {
      const { status, stderr } = run(...args);
      expect([status, stderr]).toEqual([1, expect.stringMatching(/^--source: /)]);
    }
    expect(run('--suite', 'none').stderr).toMatch(/^There is no suite none/);
  });

  const bare = readTap(
    'TAP version 13\nok 1 - a › b\nnot ok 2 - c\nok 3 - a › b\nok 4 - d # SKIP\n',
  );
  const ours = readTap('not ok 1 - a › b\nnot ok 2 - c\n');

  it('reads results by name', () => {
    expect([...bare]).toEqual([
      ['a › b', 'ok'],
      ['c', 'not ok'],
      ['a › b (2)', 'ok'],
    ]);
    expect(rowsOf([bare, ours])).toEqual([
      'ok     not ok a › b',
      'ok     -      a › b (2)',
      'not ok not ok c',
    ]);
  });

  it('finds what passes without us and not with us, unless it is known', () => {
    expect(newFailures([bare, ours], [])).toEqual(['a › b', 'a › b (2)']);
    expect(newFailures([bare, ours], ['a › b', 'a › b (2)'])).toEqual([]);
  });
});
