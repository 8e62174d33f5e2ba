import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { Result } from '../result.ts';
import { count } from '../texts.ts';

const RECORDED = new URL('../../recorded.json', import.meta.url);
const README = new URL('../../../../README.md', import.meta.url);
const PLACE = /(?<=<!-- demo:start -->\n)[^]*(?=\n<!-- demo:end -->)/;

const SHOWN = [
  'id',
  'name',
  'ours',
  'tokenEndpointCalls',
  'reuseDetections',
  'session',
  'succeeded',
  'failed',
] as const;

/** What the README shows of a result. */
export type Shown = Pick<Result, (typeof SHOWN)[number]>;

/** Keeps the results in place of those that were recorded before, and writes the README's table from them. */
export async function record(results: readonly Result[]): Promise<void> {
  const shown = results.map((result) =>
    Object.fromEntries(SHOWN.map((name) => [name, result[name]])),
  );
  await writeFile(RECORDED, `${JSON.stringify(shown, undefined, 1)}\n`);
  await writeFile(README, withTable(await readFile(README, 'utf8'), await readRecorded()));
}

/** What was recorded last. */
export async function readRecorded(): Promise<readonly Shown[]> {
  if (!existsSync(RECORDED)) return [];
  return JSON.parse(await readFile(RECORDED, 'utf8')) as readonly Shown[];
}

/** The page with these results in its table. */
export function withTable(page: string, results: readonly Shown[]): string {
  if (!PLACE.test(page)) throw new Error('README.md has no place for the table of the demo');
  const rows = results.map((result) => {
    const { tokenEndpointCalls, reuseDetections, session, succeeded, failed } = result;
    const name = result.ours ? `**${result.name}**` : result.name;
    const cells = [
      name,
      count(tokenEndpointCalls),
      count(reuseDetections),
      session === 'revoked' ? '**revoked**' : session,
      result.ours ? `**${count(succeeded)}**` : count(succeeded),
      count(failed),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = [
    '| client | token-endpoint calls | reuse detections | session | succeeded | failed |',
    '|---|---|---|---|---|---|',
  ];
  return page.replace(PLACE, () => [...head, ...rows].join('\n'));
}
