import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { loadContenders } from '@unexpired/example-contenders';
import { styleOf } from '@unexpired/example-contenders/report-file';
import { type Cell, find, rowsOf } from '../cells.ts';
import { contenderIds } from '../contender-ids.ts';
import { scenarios } from '../scenarios/index.ts';
import { markdownPage } from './markdown.ts';
import { htmlPage } from './page.ts';
import type { Recorded, Run } from './run.ts';
import { versionsOf } from './versions.ts';

const RECORDED = new URL('../../recorded.json', import.meta.url);
const PAGE = new URL('../../../../docs/gauntlet.md', import.meta.url);

/** Writes the page to a file, and the results as JSON beside it. */
export async function writeReport(run: Run, file: string): Promise<void> {
  const sources = await Promise.all(
    [...new Set(run.rows.map(({ contender }) => contender))].map(async (contender) => ({
      contender,
      source: await readFile(contender.source, 'utf8'),
    })),
  );
  const style = await styleOf(new URL('./page.css', import.meta.url));
  await writeFile(file, htmlPage({ ...run, sources, versions: await versionsOf(), style }));
  await writeFile(
    file.replace(/(\.html)?$/, '.json'),
    `${JSON.stringify(run.cells, undefined, 2)}\n`,
  );
}

/** Keeps the results in place of earlier ones of the same cells, and writes the page of the documentation from all of them. */
export async function record(cells: readonly Cell[]): Promise<void> {
  const { rows } = await wholeRun();
  const before = await readRecorded();
  const recorded: Recorded = {
    versions: await versionsOf(),
    cells: scenarios.flatMap((scenario) =>
      rows.flatMap((row) => find(cells, row, scenario) ?? find(before.cells, row, scenario) ?? []),
    ),
  };
  await writeFile(RECORDED, `${JSON.stringify(recorded, undefined, 1)}\n`);
  await writeFile(PAGE, await pageOfRecorded());
}

/** docs/gauntlet.md, made of what was recorded. */
export async function pageOfRecorded(): Promise<string> {
  return markdownPage({ ...(await wholeRun()), ...(await readRecorded()) });
}

async function wholeRun(): Promise<Pick<Run, 'rows' | 'scenarios'>> {
  return { rows: rowsOf(await loadContenders(contenderIds)), scenarios };
}

/** What was recorded last. */
async function readRecorded(): Promise<Recorded> {
  if (!existsSync(RECORDED)) return { versions: '', cells: [] };
  return JSON.parse(await readFile(RECORDED, 'utf8')) as Recorded;
}
