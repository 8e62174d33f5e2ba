import { isTypeScript, partsOf, sourceOf } from './fences.ts';

/** A block of code that a page shows. */
export interface Block {
  /** Declarations that the page does not show, for all of its blocks. */
  readonly given: boolean;
  readonly lines: readonly string[];
  /** Where its first line is in the page, counted from 1. */
  readonly line: number;
}

/**
 * The blocks of TypeScript of a page, in their order. What they use and the page does not show is declared in comments that
 * nobody sees, and comes first: `<!-- given: declare const password: string; -->`. A block below the name of a file,
 * `<!-- examples/a.ts -->`, is left out: it is that file, which is compiled and tested where it is.
 */
export function blocksOf(page: string): Block[] {
  const { fences, comments } = partsOf(page);
  const given = comments.flatMap(({ text, line }): Block[] =>
    text.startsWith('given: ')
      ? [{ given: true, lines: [text.slice('given: '.length)], line }]
      : [],
  );
  const shown = fences
    .filter((fence) => isTypeScript(fence) && sourceOf(fence) === undefined)
    .map(({ lines, line }): Block => ({ given: false, lines, line }));
  return [...given, ...shown];
}
