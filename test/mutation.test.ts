import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { root } from '../scripts/workspace.ts';

// Under mutation all of them are one file (scripts/mutation/bundle.ts), and such a hook would run for the tests of every other file too.
it('a hook of a core test that is for each test stands in a describe', () => {
  const tests = path.join(root, 'packages', 'core', 'test');
  const found = globSync('**/*.ts', { cwd: tests }).filter((file) =>
    /^(?:before|after)Each\(/m.test(readFileSync(path.join(tests, file), 'utf8')),
  );
  expect(found).toEqual([]);
});
