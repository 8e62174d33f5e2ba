import { describe, expect, it } from '@jest/globals';
import { blocksOf } from '../scripts/samples/blocks.ts';
import { type Known, knownOf, type Surroundings } from '../scripts/samples/known.ts';
import { moduleOf } from '../scripts/samples/module-of.ts';
import { knownHere } from '../scripts/samples/repository.ts';
import { totalsOf, withBlocks } from '../scripts/samples/table.ts';

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

describe('what is known of the blocks of a page', () => {
  const nothing: Surroundings = {
    appsWith: () => [],
    read: () => undefined,
    isTested: () => false,
  };
  const known = (around: Partial<Surroundings>, ...lines: string[]) =>
    knownOf('docs/a.md', page('## Some part', ...lines), { ...nothing, ...around });
  const block = ['```ts', 'one();', '```'];

  it('is the app that takes it, by the page and the line', () => {
    const app = { name: 'apps/a', quick: true };
    const appsWith = (from: string, line: number) =>
      `${from}:${line}` === 'docs/a.md:3' ? [app] : [];
    expect(known({ appsWith }, ...block)).toEqual({
      blocks: [
        { page: 'docs/a.md', section: 'some-part', line: 3, runners: [app], why: undefined },
      ],
      problems: [],
    });
  });

  it('is the test that a comment above it names', () => {
    const read = (file: string) => (file === 'test/a.test.ts' ? "read('docs/a.md')" : undefined);
    const { blocks, problems } = known({ read }, '<!-- run by: test/a.test.ts -->', '', ...block);
    expect(blocks[0]?.runners).toEqual([{ name: 'test/a.test.ts', quick: true }]);
    expect(problems).toEqual([]);
  });

  it('is the tested file of an example that it is', () => {
    const around = { read: () => 'one();\n', isTested: () => true };
    const { blocks, problems } = known(around, '<!-- examples/a/src/a.ts -->', '', ...block);
    expect(blocks[0]?.runners).toEqual([{ name: 'examples/a/src/a.ts', quick: true }]);
    expect(problems).toEqual([]);
  });

  it('is the reason that a comment gives, also with other comments between', () => {
    const { blocks, problems } = known(
      {},
      '<!-- not run: a device -->',
      '<!-- given: declare const a: 1; -->',
      '',
      ...block,
    );
    expect(blocks).toMatchObject([{ runners: [], why: 'a device' }]);
    expect(problems).toEqual([]);
  });

  it.each<[string, RegExp, Partial<Surroundings>, string[]]>([
    ['neither runs nor says why', /^docs\/a\.md:3: nothing runs this block/, {}, block],
    [
      'says why and runs',
      /^docs\/a\.md:4: it is said not to be run, and apps\/a runs it/,
      { appsWith: () => [{ name: 'apps/a', quick: true }] },
      ['<!-- not run: a device -->', ...block],
    ],
    [
      'names a test that is gone',
      /^docs\/a\.md:4: test\/a\.test\.ts is not there, or does not read this page$/,
      {},
      ['<!-- run by: test/a.test.ts -->', ...block],
    ],
    [
      'names a test that reads another page',
      /^docs\/a\.md:4: test\/a\.test\.ts is not there, or does not read this page$/,
      { read: () => "read('docs/b.md')" },
      ['<!-- run by: test/a.test.ts -->', ...block],
    ],
    [
      'is another text than its file',
      /^docs\/a\.md:4: examples\/a\/src\/a\.ts is not there, or another text/,
      { read: () => 'two();\n', isTested: () => true },
      ['<!-- examples/a/src/a.ts -->', ...block],
    ],
    [
      'is a file that no test uses',
      /^docs\/a\.md:4: no test uses examples\/a\/src\/a\.ts$/,
      { read: () => 'one();\n' },
      ['<!-- examples/a/src/a.ts -->', ...block],
    ],
    [
      'went from below its comment',
      /^docs\/a\.md:2: "not run: a device" stands above no block of TypeScript$/,
      {},
      ['<!-- not run: a device -->', '', 'Some text.'],
    ],
  ])('is a problem where a block %s', (_, problem, around, lines) => {
    expect(known(around, ...lines).problems).toEqual([expect.stringMatching(problem)]);
  });

  it('is something for each block of this repository', () => {
    expect(knownHere().problems).toEqual([]);
  });
});

describe('the table of the blocks', () => {
  const shown = (line: number, more: Partial<Known>): Known => ({
    page: 'README.md',
    section: 'some-part',
    line,
    runners: [],
    why: undefined,
    ...more,
  });
  const blocks = [
    shown(1, { runners: [{ name: 'apps/a', quick: true }] }),
    shown(2, { runners: [{ name: 'apps/b', quick: false }] }),
    shown(3, { why: 'a device' }),
  ];

  it('counts those that run, those that only the slow apps run, and those that do not', () => {
    expect(totalsOf(blocks)).toEqual({ blocks: 3, pages: 1, run: 2, slow: 1, not: 1 });
  });

  it('gives no reasons where all of them run', () => {
    const text = withBlocks('<!-- blocks:start -->\n\n<!-- blocks:end -->', blocks.slice(0, 2));
    expect(text).not.toContain('why');
    expect(text).toMatch(/\| all \| 2 \| 2 \| 1 \| {2}\|\n<!-- blocks:end -->$/);
  });

  it('gives the reasons', () => {
    const text = withBlocks('<!-- blocks:start -->\n\n<!-- blocks:end -->', blocks);
    expect(text.split('\n')).toEqual([
      '<!-- blocks:start -->',
      expect.stringMatching(/^\| page \|/),
      expect.stringMatching(/^\|---/),
      '| [README.md](../README.md) | 3 | 2 | 1 | 1 |',
      '| all | 3 | 2 | 1 | 1 |',
      '',
      '| not run | why |',
      '|---|---|',
      '| [README.md#some-part](../README.md#some-part) | a device |',
      '<!-- blocks:end -->',
    ]);
  });
});
