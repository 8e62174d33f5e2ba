/** A block of code that a page shows. */
export interface Block {
  /** Declarations that the page does not show, for all of its blocks. */
  readonly given: boolean;
  readonly lines: readonly string[];
  /** Where its first line is in the page, counted from 1. */
  readonly line: number;
}

/**
 * The blocks of TypeScript of a page, in their order. What they use and the page does not show is declared in a comment that
 * nobody sees: `<!-- given: declare const password: string; -->`. A block below the name of a file, `<!-- examples/a.ts -->`, is
 * left out: it is that file, which is compiled and tested where it is.
 */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open:
    | { readonly shown: boolean; readonly lines: string[]; readonly line: number }
    | undefined;
  let source = false;
  for (const [index, text] of page.split('\n').entries()) {
    const given = /^<!-- given: (.*) -->$/.exec(text);
    if (open && text === '```') {
      const { shown, lines, line } = open;
      if (shown) blocks.push({ given: false, lines, line });
      open = undefined;
    } else if (open) open.lines.push(text);
    else if (given) blocks.push({ given: true, lines: [given[1] ?? ''], line: index + 1 });
    else if (/^<!-- \S+\.tsx? -->$/.test(text)) source = true;
    else if (text.startsWith('```')) {
      open = { shown: /^```tsx?$/.test(text) && !source, lines: [], line: index + 2 };
      source = false;
    }
  }
  return blocks;
}
