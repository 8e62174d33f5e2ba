import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../workspace.ts';
import type { ClientResult } from './results.ts';
import { withTable } from './table.ts';

interface Page {
  readonly file: string;
  readonly rows: (results: readonly ClientResult[]) => readonly ClientResult[];
}

/** A client's own name, without its version and how it is set up. */
const nameOf = ({ client }: ClientResult): string => /^[\w-]+/.exec(client)?.[0] ?? client;

/** The first of each client: in Node, the newest version, as most people use it. */
const firstOfEach = (results: readonly ClientResult[]): readonly ClientResult[] =>
  results.filter(
    (result, index) => results.findIndex((other) => nameOf(other) === nameOf(result)) === index,
  );

const PAGES: readonly Page[] = [
  { file: 'docs/compat.md', rows: (results) => results },
  { file: 'README.md', rows: firstOfEach },
];

/** The pages whose table is not what these results make. */
export const outdated = (results: readonly ClientResult[]): readonly string[] =>
  PAGES.filter((page) => read(page) !== made(page, results)).map(({ file }) => file);

export function writePages(results: readonly ClientResult[]): void {
  for (const page of PAGES) writeFileSync(path.join(root, page.file), made(page, results));
}

const read = ({ file }: Page): string => readFileSync(path.join(root, file), 'utf8');

const made = (page: Page, results: readonly ClientResult[]): string =>
  withTable(page.file, read(page), page.rows(results));
