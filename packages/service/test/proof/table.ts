import type { ProofRecord, Result } from './record.ts';
import { isLost, matchReuses } from './reuses.ts';

/** What a run has seen, as lines of a table: a name and a count. */
export function table(record: ProofRecord): [name: string, count: number][] {
  const { sessions, reads, redemptions, replicas, last } = record;
  const killed = replicas.filter(({ ended }) => ended?.signal === 'SIGKILL');
  const lost = redemptions.filter((one) => isLost(one, replicas));
  const { matched, unmatched } = matchReuses(record);
  const causes = [...matched.values()];
  return [
    ['sessions', sessions.length],
    ['requests', reads.length],
    ...counted(reads.map(({ result }) => nameOf(result))).map(([name, count]): [string, number] => [
      `- ${name}`,
      count,
    ]),
    ['tokens that were used', reads.filter(({ used }) => used !== undefined).length],
    ['- that the API refused', reads.filter(({ used }) => used?.status === 401).length],
    ['- that were reported as refused', reads.filter(({ rejected }) => rejected).length],
    ['processes of the broker', replicas.length],
    ['- killed', killed.length],
    ['- drained', replicas.filter(({ ended }) => ended?.signal === 'SIGTERM').length],
    ['calls of the token endpoint', redemptions.length],
    ...counted(redemptions.map(({ outcome }) => outcome)).map(([name, count]): [string, number] => [
      `- ${name}`,
      count,
    ]),
    ['answers that were lost', lost.length],
    ['- cut by the provider', lost.filter(({ isCut }) => isCut).length],
    ['- in flight at a kill', lost.filter(({ isCut }) => !isCut).length],
    ['reuse detections', matched.size + unmatched.length],
    ['- matched to a cut answer', causes.filter(({ isCut }) => isCut).length],
    ['- matched to a kill', causes.filter(({ isCut }) => !isCut).length],
    ['- matched to nothing', unmatched.length],
    ...counted([...last.values()].map(nameOf)).map(([name, count]): [string, number] => [
      `in the end: ${name}`,
      count,
    ]),
  ];
}

const nameOf = (result: Result): string => {
  if (result.type === 'token') return 'a token';
  if (result.type === 'connection') return `connection broken (${result.code})`;
  return 'code' in result ? `${result.status} ${result.code}` : result.type;
};

const counted = (names: readonly string[]): [string, number][] => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one);
};

/** The same for a terminal. */
export function tableText(record: ProofRecord): string {
  const rows = table(record);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, count]) => `  ${name.padEnd(width)} ${String(count).padStart(7)}\n`)
    .join('');
}
