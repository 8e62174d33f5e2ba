import { describe, expect, it } from '@jest/globals';
import { usersProblems } from '../scripts/steps/users.ts';

const error = (file: string): string => `${file}(3,1): error TS2305: no such export`;

describe('the check of the users', () => {
  it.each<[string, string[], Record<string, string>]>([
    ['all compile', [], {}],
    [
      'one that does not is waiting',
      [error('test/api-users/b.ts'), '  more of it'],
      { 'b.ts': 'G' },
    ],
  ])('is content where %s', (_name, output, waiting) => {
    expect(usersProblems(output.join('\n'), ['a.ts', 'b.ts'], waiting)).toEqual([]);
  });

  it.each<[string, string[], Record<string, string>, string]>([
    [
      'a user that does not compile',
      [error('test/api-users/b.ts')],
      {},
      error('test/api-users/b.ts'),
    ],
    [
      'a user that compiles and is on the list',
      [],
      { 'b.ts': 'E' },
      'b.ts waits for E, but compiles: take it off the list',
    ],
    [
      'another name that only begins alike',
      [error('test/api-users/a.tsx')],
      {},
      error('test/api-users/a.tsx'),
    ],
    [
      'a mistake that is not a user’s',
      [error('packages/core/src/a.ts')],
      {},
      error('packages/core/src/a.ts'),
    ],
    ['a user that is not there', [], { 'c.ts': 'E' }, 'c.ts waits, and there is no such user'],
    [
      'an issue that is none',
      [error('test/api-users/b.ts')],
      { 'b.ts': 'later' },
      'b.ts waits for later, which is none of E to I',
    ],
  ])('notices %s', (_name, output, waiting, problem) => {
    expect(usersProblems(output.join('\n'), ['a.ts', 'b.ts'], waiting)).toEqual([problem]);
  });
});
