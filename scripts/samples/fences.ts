/** A block between two fences of a page, whatever its language. */
export interface Fence {
  /** The heading above it, as links name it. */
  readonly section: string;
  readonly language: string;
  readonly lines: readonly string[];
  /** Where its first line is in the page, counted from 1. */
  readonly line: number;
  /** The comments above it that nothing but empty lines and other comments keep from it. */
  readonly comments: readonly Comment[];
}

/** `<!-- text -->`, on a line of its own, outside of all code. */
export interface Comment {
  readonly text: string;
  readonly line: number;
}

/** The code of a page, and its comments, in their order. */
export function partsOf(page: string): { fences: Fence[]; comments: Comment[] } {
  const fences: Fence[] = [];
  const comments: Comment[] = [];
  let section = '';
  let above: Comment[] = [];
  let open: (Fence & { readonly lines: string[] }) | undefined;
  for (const [index, text] of page.split('\n').entries()) {
    const comment = /^<!-- (.*) -->$/.exec(text)?.[1];
    if (open && text === '```') {
      fences.push(open);
      open = undefined;
    } else if (open) open.lines.push(text);
    else if (text.startsWith('```')) {
      open = { section, language: text.slice(3), lines: [], line: index + 2, comments: above };
      above = [];
    } else if (comment !== undefined) {
      above.push({ text: comment, line: index + 1 });
      comments.push({ text: comment, line: index + 1 });
    } else if (text !== '') {
      above = [];
      if (/^#+ /.test(text)) section = slugOf(text.replace(/^#+ /, ''));
    }
  }
  return { fences, comments };
}

export const isTypeScript = ({ language }: Fence): boolean => /^tsx?$/.test(language);

/** The file that a block is: `<!-- examples/a.ts -->` above it. */
export const sourceOf = ({ comments }: Fence): string | undefined =>
  comments.find(({ text }) => /^\S+\.tsx?$/.test(text))?.text;

/** As a link says it. */
const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(' ', '-');
