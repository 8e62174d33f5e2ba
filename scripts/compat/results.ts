import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from '../workspace.ts';

/** Where jest leaves its report of the last run of all tests, or of `npm run compat`. */
export const reportFile: string = path.join(cacheFolder, 'jest-report.json');

/** What the contract found out about one client in one place. */
export interface ClientResult {
  readonly client: string;
  /** `Node`, or the browser. */
  readonly place: string;
  /** How many tests of each group passed, and how many there are. `ran: false`: there was no browser for them. */
  readonly groups: Map<string, { passed: number; all: number }>;
  ran: boolean;
}

interface JestReport {
  testResults: { name: string; assertionResults: { ancestorTitles: string[]; status: string }[] }[];
}

/** The results of the adapters' contract, in the order of the files and of the clients in them. */
export function contractResults(): ClientResult[] {
  const { testResults } = JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport;
  const found = new Map<string, ClientResult>();
  const files = testResults.filter(({ name }) =>
    /packages[\\/][a-z-]+[\\/]test[\\/][a-z-]+\.contract\.test\.ts$/.test(name),
  );
  for (const { assertionResults } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const { ancestorTitles, status } of assertionResults) {
      const [, client, group] = /^(.+): (\w+)$/.exec(ancestorTitles.at(-1) ?? '') ?? [];
      if (client === undefined || group === undefined) continue;
      const [, place = 'Node'] =
        ancestorTitles.length > 1 ? (/^(\w+)/.exec(ancestorTitles[0] ?? '') ?? []) : [];
      const result = found.get(client + place) ?? { client, place, groups: new Map(), ran: false };
      found.set(client + place, result);
      const count = result.groups.get(group) ?? { passed: 0, all: 0 };
      result.groups.set(group, count);
      count.all++;
      if (status === 'passed') count.passed++;
      if (status !== 'pending') result.ran = true;
    }
  }
  return [...found.values()];
}
