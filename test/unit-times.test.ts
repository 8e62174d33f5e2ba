import { expect, it } from '@jest/globals';
import { whereTimeGoes } from '../scripts/steps/unit-times.ts';

it('the time of the tests is shown by package and example, and of the slowest files', () => {
  const file = (name: string, ms: number) => ({
    name: `/a/${name}`,
    startTime: 5,
    endTime: 5 + ms,
  });
  const files = [
    file('packages/core/test/a.test.ts', 4000),
    file('packages/core/test/b/c.test.ts', 90_400),
    file('examples/demo/test/demo.test.ts', 40_000),
    file('test/run.test.ts', 900),
  ];
  expect(whereTimeGoes(files, '/a')).toEqual([
    '  seconds of files, two at a time: packages/core 94, examples/demo 40, test 1',
    '     90 s  packages/core/test/b/c.test.ts',
    '     40 s  examples/demo/test/demo.test.ts',
    '      4 s  packages/core/test/a.test.ts',
    '      1 s  test/run.test.ts',
  ]);
});
