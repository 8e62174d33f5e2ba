import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../scripts/workspace.ts';
import { LONGEST, tooLong } from './support/lengths.ts';
import { LONG } from './support/still-to-mend.ts';

/** What is long for a reason that a decision record gives: its name as the test prints it, without the lines, to the record. */
const LONG_BY_DECISION: Readonly<Record<string, string>> = {};

const long = globSync('packages/*/src/**/*.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .flatMap((file) =>
    tooLong(readFileSync(path.join(root, file), 'utf8')).map((what) => `${file} › ${what}`),
  )
  .map((what) => what.replace(/: \d+ lines$/, ''))
  .sort();

describe('what is published', () => {
  it(`has no function of more than ${LONGEST.function} lines and no file of more than ${LONGEST.file}, without a record that says why`, () => {
    expect(long).toEqual([...LONG, ...Object.keys(LONG_BY_DECISION)].sort());
  });

  it('has that record in docs/decisions', () => {
    const records = Object.values(LONG_BY_DECISION);
    expect(records.filter((file) => !existsSync(path.join(root, 'docs/decisions', file)))).toEqual(
      [],
    );
  });
});

describe('a length is', () => {
  const body = (lines: number): string => '  a();\n'.repeat(lines - 2);

  it.each([
    ['a function’s', `export function one() {\n${body(81)}}`, ['one: 81 lines']],
    ['an arrow’s, by its constant', `const one = () => {\n${body(81)}};`, ['one: 81 lines']],
    ['a method’s', `const a = {\n  one() {\n${body(81)}},\n};`, ['one: 81 lines']],
    ['a property’s', `const a = {\n  one: async () => {\n${body(81)}},\n};`, ['one: 81 lines']],
    ['a class method’s', `class A {\n  one() {\n${body(81)}}\n}`, ['one: 81 lines']],
    ['a private method’s', `class A {\n  #one() {\n${body(81)}}\n}`, ['one: 81 lines']],
    ['a nameless function’s', `call(() => {\n${body(81)}});`, ['nameless: 81 lines']],
    [
      'with what is inside',
      `function one() {\n  const two = () => {\n${body(81)}};\n}`,
      ['one: 83 lines', 'one › two: 81 lines'],
    ],
    [
      'counted in a text that is not ASCII',
      `// “é”\nfunction one() {\n${body(81)}}`,
      ['one: 81 lines'],
    ],
    ['a file’s', 'a();\n'.repeat(251), ['the whole file: 251 lines']],
  ])('%s', (_name, code, found) => {
    expect(tooLong(code)).toEqual(found);
  });

  it('fine as long as it may be', () => {
    expect(tooLong(`function one() {\n${body(80)}}\n${'a();\n'.repeat(170)}`)).toEqual([]);
  });
});
