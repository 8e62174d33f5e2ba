import { describe, expect, it } from '@jest/globals';
import { blocksOf } from '../scripts/samples/blocks.ts';
import { moduleOf } from '../scripts/samples/module-of.ts';

const page = (...lines: string[]): string => lines.join('\n');

describe('the blocks of a page', () => {
  it('are those of TypeScript, with the line where each begins', () => {
    expect(
      blocksOf(
        page('# Title', '```sh', 'ls', '```', '```ts', 'one();', '```', '```tsx', 'two();', '```'),
      ),
    ).toEqual([
      { given: false, lines: ['one();'], line: 6 },
      { given: false, lines: ['two();'], line: 9 },
    ]);
  });

  it('leave out what is a file of its own', () => {
    expect(
      blocksOf(
        page('<!-- examples/a.ts -->', '', '```ts', 'one();', '```', '```ts', 'two();', '```'),
      ),
    ).toEqual([{ given: false, lines: ['two();'], line: 7 }]);
  });

  it('come with what the page does not show', () => {
    expect(blocksOf('<!-- given: declare const a: string; -->')).toEqual([
      { given: true, lines: ['declare const a: string;'], line: 1 },
    ]);
  });
});

describe('the module of a page', () => {
  const moduleFor = (...lines: string[]): string[] =>
    moduleOf(blocksOf(page(...lines))).text.split('\n');

  it('imports each name once, and lets a block use what an earlier one declares, or declare it again', () => {
    expect(
      moduleFor(
        '```ts',
        "import a, { b } from 'x';",
        'const c = a(b);',
        '```',
        '```ts',
        "import { b, type D } from 'x';",
        'export const c: D = b(c);',
        '```',
      ),
    ).toEqual([
      "import a from 'x';",
      "import { b } from 'x';",
      "import type { D } from 'x';",
      '{',
      'const c = a(b);',
      '{',
      'const c: D = b(c);',
      '}}',
      'export {};',
    ]);
  });

  it('knows the line of the page that each of its lines comes from', () => {
    const text = page('# Title', '', '```ts', 'import {', '  a,', "} from 'x';", '', 'a();', '```');
    const { text: made, lines } = moduleOf(blocksOf(text));
    expect(made.split('\n').map((line, index) => [lines[index], line])).toEqual([
      [4, "import { a } from 'x';"],
      [0, '{'],
      [7, ''],
      [8, 'a();'],
      [0, '}'],
      [0, 'export {};'],
    ]);
  });
});
