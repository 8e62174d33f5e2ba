import path from 'node:path';
import { root } from '../workspace.ts';

export const README = path.join(root, 'README.md');

/** A bundle, by the name that the README has for it, if it shows it. */
interface Sized {
  readonly as?: string;
  readonly bytes: number;
}

const START = '<!-- sizes:start -->\n';
const END = '<!-- sizes:end -->';
/** zlib differs by some bytes from one version of Node to the next. In kB. */
const TOLERANCE = 0.11;

/** The page with the table of these sizes. */
export function withSizes(page: string, measured: readonly Sized[]): string {
  const [before, after] = around(page);
  const rows = measured.flatMap(({ as, bytes }) =>
    as === undefined ? [] : [`| ${as} | ${(bytes / 1000).toFixed(1)} |`],
  );
  return [
    before,
    '| what a page loads | kB, minified and gzipped |',
    '|---|---:|',
    ...rows,
    after,
  ].join('\n');
}

/** Does the page show these sizes? */
export function saysSizes(page: string, measured: readonly Sized[]): boolean {
  const shown = [...page.matchAll(/^\| (.+) \| (\d+\.\d) \|$/gm)];
  const wanted = measured.filter(({ as }) => as !== undefined);
  return wanted.every(({ as, bytes }) => {
    const [, , said] = shown.find(([, name]) => name === as) ?? [];
    return Math.abs(Number(said) - bytes / 1000) < TOLERANCE;
  });
}

function around(page: string): [before: string, after: string] {
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  if (from < 0 || to < from)
    throw new Error(`README.md has no place for the sizes: ${START}${END}`);
  return [page.slice(0, from + START.length - 1), page.slice(to)];
}
