import { type ClientResult, type Group, GROUPS } from './results.ts';

const START = '<!-- compat:start -->\n';
const END = '<!-- compat:end -->';

const HEADS: Record<Group, string> = {
  refreshing: 'one refresh, right answers',
  bodies: 'bodies',
  boundaries: 'whose header, what is repaired',
  targets: 'origins, redirects',
  connections: 'connections',
};

/** The README with the table that these results make. Rows of clients that could not run here stay as they are. */
export function withTable(readme: string, results: readonly ClientResult[]): string {
  const [from, to] = [readme.indexOf(START), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for the table: ${START.trim()} and ${END}`);
  const before = readme.slice(from + START.length, to).split('\n');
  const rows = results.map((result) => {
    const start = `| ${result.client} | ${result.place} |`;
    return result.ran ? `${start} ${cells(result)} |` : (before.find((line) => line.startsWith(start)) ?? '');
  });
  const head = ['client', 'in', ...GROUPS.map((group) => HEADS[group])];
  const lines = [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows.filter(Boolean)];
  return `${readme.slice(0, from + START.length)}${lines.join('\n')}\n${readme.slice(to)}`;
}

function cells({ groups }: ClientResult): string {
  return GROUPS.map((group) => (groups[group] ? `${groups[group].passed} of ${groups[group].all}` : '')).join(' | ');
}
