import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { newFailures, readList, readTap, writeList } from '../scripts/long/upstream/list.ts';
import { root } from '../scripts/workspace.ts';

const run = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(root, 'scripts', 'long', 'upstream.ts'), ...args], {
    encoding: 'utf8',
  });

describe('the run of other projects’ tests', () => {
  it('ends with an error that says what is missing, without a checkout', () => {
    for (const args of [[], ['--source', path.join(root, 'docs')], ['--source', root]]) {
      const { status, stderr } = run(...args);
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^--source: /)]);
    }
    expect(run('--suite', 'none').stderr).toMatch(/^--suite: there is no "none"/);
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
      ['d', 'skip'],
    ]);
    expect([...readTap('ok 1 of mocha\nnot ok 2 - of node:test\n')]).toEqual([
      ['of mocha', 'ok'],
      ['of node:test', 'not ok'],
    ]);
  });

  it('writes a list with a row for each test, and finds the reasons in it again', () => {
    const reasons = new Map([
      ['a › b', 'it asserts that there is no header'],
      ['c', 'it fails without us, too, so that no reason is needed'],
    ]);
    const list = writeList('a title', ['bare', 'fresh'], [bare, ours], reasons);
    expect(list.split('\n')).toEqual([
      'a title',
      'bare   fresh  ',
      'ok     not ok a › b — because it asserts that there is no header',
      'ok     -      a › b (2)',
      'not ok not ok c',
      'skip   -      d',
      '',
    ]);
  });

  it('finds a reason by the name of its test', () => {
    const ways = ['bare', 'fresh', 'slow', 'nobody'];
    const runs = [bare, ours, ours, ours];
    const reasons = new Map([['a › b', 'of a reason']]);
    expect(readList(writeList('a title', ways, runs, reasons))).toEqual(reasons);
  });

  it('finds what passes or is skipped without us and not with us, unless it is known', () => {
    expect(newFailures([bare, ours], [])).toEqual(['a › b', 'a › b (2)', 'd']);
    expect(newFailures([bare, ours], ['a › b', 'a › b (2)', 'd'])).toEqual([]);
    expect(newFailures([bare, bare], [])).toEqual([]);
  });
});
