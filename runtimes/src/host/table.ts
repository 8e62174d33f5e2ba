import type { Result } from './check.ts';

const START = '<!-- runtimes:start -->\n';
const END = '<!-- runtimes:end -->';

/** The page with what these results make. Rows of runtimes that are not on this machine stay as they are. */
export function withResults(page: string, results: readonly Result[]): string {
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`There is no place for the table: ${START}${END}`);
  const before = page.slice(from, to).split('\n');
  const rows = results.map(({ runtime: { name, version, loads }, outcomes }) => {
    const named = version === '' ? name : `${name.replace(/ \d+$/, '')} ${version}`;
    if (outcomes) return `| ${named} | ${loads} | ${passed(outcomes)} of ${outcomes.length} |`;
    return before.find((line) => line.startsWith(`| ${name}`) && line.includes(`| ${loads} |`));
  });
  const rules = results.reduce<readonly string[]>((longest, { outcomes = [] }) => {
    const names = outcomes.map(({ rule }) => rule);
    return names.length > longest.length ? names : longest;
  }, []);
  const lines = [
    '| runtime | loads | rules that hold |',
    '|---|---|---|',
    ...rows.filter((row) => row !== undefined),
    '',
    'The rules:',
    '',
    ...rules.map((rule, index) => `${index + 1}. ${rule}`),
  ];
  return `${page.slice(0, from + START.length)}${lines.join('\n')}\n${page.slice(to)}`;
}

const passed = (outcomes: NonNullable<Result['outcomes']>): number =>
  outcomes.filter(({ error }) => error === undefined).length;
