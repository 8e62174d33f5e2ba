import path from 'node:path/posix';
import type { Known } from './known.ts';

export const PAGE = 'docs/apps.md';
const START = '<!-- blocks:start -->\n';
const END = '\n<!-- blocks:end -->';

/** How many blocks there are, and how many of them run. */
export interface Totals {
  readonly blocks: number;
  readonly pages: number;
  readonly run: number;
  /** Of those that run, the ones that `npm run test:apps` alone runs. */
  readonly slow: number;
  readonly not: number;
}

const isRun = ({ runners }: Known): boolean => runners.length > 0;
const isQuick = ({ runners }: Known): boolean => runners.some(({ quick }) => quick);

export function totalsOf(blocks: readonly Known[]): Totals {
  return {
    blocks: blocks.length,
    pages: new Set(blocks.map(({ page }) => page)).size,
    run: blocks.filter(isRun).length,
    slow: blocks.filter((block) => isRun(block) && !isQuick(block)).length,
    not: blocks.filter((block) => !isRun(block)).length,
  };
}

/** The page with what runs the blocks of each page, and why some are not run. */
export function withBlocks(text: string, blocks: readonly Known[]): string {
  const [from, to] = [text.indexOf(START), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for the blocks: ${START}${END}`);
  return `${text.slice(0, from + START.length)}${tableOf(blocks)}${text.slice(to)}`;
}

function tableOf(blocks: readonly Known[]): string {
  const pages = [...new Set(blocks.map(({ page }) => page))];
  const all = totalsOf(blocks);
  return [
    '| page | blocks | run | of these by `npm run test:apps` alone | not run |',
    '|---|---:|---:|---:|---:|',
    ...pages.map((page) =>
      row(linkTo(page), totalsOf(blocks.filter((block) => block.page === page))),
    ),
    row('all', all),
    ...reasons(blocks.filter((block) => !isRun(block))),
  ].join('\n');
}

function reasons(notRun: readonly Known[]): string[] {
  if (notRun.length === 0) return [];
  const rows = notRun.map(
    ({ page, section, why }) => `| ${linkTo(page, section)} | ${why ?? ''} |`,
  );
  return ['', '| not run | why |', '|---|---|', ...rows];
}

const row = (what: string, { blocks, run, slow, not }: Totals): string =>
  `| ${what} | ${blocks} | ${run} | ${slow || ''} | ${not || ''} |`;

const linkTo = (page: string, section?: string): string =>
  section === undefined
    ? `[${page}](${path.relative('docs', page)})`
    : `[${page}#${section}](${path.relative('docs', page)}#${section})`;
