import { isTypeScript, partsOf, sourceOf } from './fences.ts';

/** What runs a block. */
export interface Runner {
  readonly name: string;
  /** `npm test` does; otherwise `npm run test:apps` alone. */
  readonly quick: boolean;
}

/** A block of TypeScript of a page, and what is known of it. */
export interface Known {
  readonly page: string;
  /** The heading above it, as links name it. */
  readonly section: string;
  /** Where its first line is in the page, counted from 1. */
  readonly line: number;
  readonly runners: readonly Runner[];
  /** Why nothing runs it. */
  readonly why: string | undefined;
}

/** What has to be known of the repository to judge what a page says. */
export interface Surroundings {
  /** The apps that take the block of this page that begins in this line. */
  appsWith(page: string, line: number): readonly Runner[];
  /** The text of a file; `undefined`: there is none. */
  read(file: string): string | undefined;
  /** Whether a test uses this file of an example. */
  isTested(file: string): boolean;
}

const NOTE = /^(run by|not run): (.+)$/;

/**
 * What runs each block of a page, or why nothing does. An app that takes a block says so itself, and a block that is a file of an
 * example is run by the tests of that. For the others a comment above the block says it: `<!-- run by: test/a.test.ts -->`,
 * `<!-- not run: it needs a device -->`. What is wrong with that is a problem.
 */
export function knownOf(
  page: string,
  text: string,
  around: Surroundings,
): { readonly blocks: Known[]; readonly problems: string[] } {
  const { fences, comments } = partsOf(text);
  const shown = fences.filter(isTypeScript);
  const problems: string[] = [];
  const attached = new Set(shown.flatMap((fence) => fence.comments.map(({ line }) => line)));
  for (const comment of comments)
    if (NOTE.test(comment.text) && !attached.has(comment.line))
      problems.push(
        `${page}:${comment.line}: "${comment.text}" stands above no block of TypeScript`,
      );

  const blocks = shown.map((fence): Known => {
    const { section, line } = fence;
    const say = (what: string): void => void problems.push(`${page}:${line}: ${what}`);
    const notes = fence.comments.flatMap((comment) => {
      const [, kind, what = ''] = NOTE.exec(comment.text) ?? [];
      return kind === undefined ? [] : [{ kind, what }];
    });
    const source = sourceOf(fence);
    const tests = notes.filter(({ kind }) => kind === 'run by').map(({ what }) => what);
    const why = notes.find(({ kind }) => kind === 'not run')?.what;
    const runners = [
      ...around.appsWith(page, line),
      ...[...tests, ...(source === undefined ? [] : [source])].map((name) => ({
        name,
        quick: true,
      })),
    ];

    for (const test of tests)
      if (around.read(test)?.includes(page) !== true)
        say(`${test} is not there, or does not read this page`);
    if (source !== undefined) {
      if (around.read(source)?.trimEnd() !== fence.lines.join('\n').trimEnd())
        say(`${source} is not there, or another text than this block`);
      if (!around.isTested(source)) say(`no test uses ${source}`);
    }
    const [first] = runners;
    if (first && why !== undefined)
      say(`it is said not to be run, and ${first.name} runs it: take the comment out`);
    if (!first && why === undefined)
      say(
        'nothing runs this block: put it into a program of apps/samples, or say why not (CONTRIBUTING.md, Pages)',
      );
    return { page, section, line, runners, why };
  });
  return { blocks, problems };
}
