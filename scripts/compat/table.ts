import type { ClientResult } from './results.ts';

const START = '<!-- compat:start -->\n';
const END = '<!-- compat:end -->';

/** What the contract's groups are about; a group without an entry goes by its name. */
const HEADS: Record<string, string> = {
  refreshing: 'one refresh, right answers',
  lifetime: 'sign-in and sign-out in between',
  bodies: 'bodies',
  boundaries: 'whose header, what is repaired',
  targets: 'origins, redirects',
  connections: 'connections',
};

/** The page with the table that these results make. Rows of clients that could not run here stay as they are. */
export function withTable(file: string, text: string, results: readonly ClientResult[]): string {
  const [from, to] = [text.indexOf(START), text.indexOf(END)];
  if (from < 0 || to < from)
    throw new Error(`${file} has no place for the table: ${START.trim()} and ${END}`);
  const before = text.slice(from + START.length, to).split('\n');
  const groups = [...new Set(results.flatMap((result) => [...result.groups.keys()]))];
  const rows = results.map((result) => {
    const start = `| ${result.client} | ${result.place} |`;
    return result.ran
      ? `${start} ${cells(result, groups)} |`
      : (before.find((line) => line.startsWith(start)) ?? '');
  });
  const head = ['client', 'in', ...groups.map((group) => HEADS[group] ?? group)];
  const lines = [
    `| ${head.join(' | ')} |`,
    `|${'---|'.repeat(head.length)}`,
    ...rows.filter(Boolean),
  ];
  return `${text.slice(0, from + START.length)}${lines.join('\n')}\n${text.slice(to)}`;
}

function cells(result: ClientResult, groups: readonly string[]): string {
  return groups
    .map((group) => {
      const count = result.groups.get(group);
      return count ? `${count.passed} of ${count.all}` : '';
    })
    .join(' | ');
}
