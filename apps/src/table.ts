import path from 'node:path/posix';
import type { App } from './app.ts';
import type { Played } from './play.ts';

export const PAGE = 'docs/apps.md';
const START = '<!-- apps:start -->\n';
const END = '\n<!-- apps:end -->';

/** One line of the table. */
export function rowOf({ app, said, versions }: Played): string {
  const others = versions.length > 0 ? versions.join(', ') : '';
  return `| ${titleOf(app)} | ${app.pages.map(linkTo).join(', ')} | ${others} | ${said} |`;
}

/** The page with a table of all apps. */
export function withTable(page: string, played: readonly Played[]): string {
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for the apps: ${START}${END}`);
  const head = ['| app | from | beside our packages | seen |', '|---|---|---|---|'];
  const table = [...head, ...played.map(rowOf)].join('\n');
  return `${page.slice(0, from + START.length)}${table}${page.slice(to)}`;
}

/** The titles in the table, in its order. */
export function titlesIn(page: string): string[] {
  const table = page.slice(page.indexOf(START) + START.length, page.indexOf(END));
  return table
    .split('\n')
    .slice(2)
    .map((line) => /^\| (.*?) \| /.exec(line)?.[1] ?? line);
}

export const titleOf = ({ title, quick }: App): string => (quick ? `**${title}**` : title);

const linkTo = (page: string): string =>
  `[${path.basename(page, '.md')}](${path.relative('docs', page)})`;
