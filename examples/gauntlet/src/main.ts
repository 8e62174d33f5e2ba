// `npm run gauntlet`: the same scenarios for us and for everybody else.
import { loadContenders } from '@unexpired/example-contenders';
import { carryOut, Mistake } from '@unexpired/example-command-line';
import { reportFile, shortPath } from '@unexpired/example-contenders/report-file';
import { type Cell, rowsOf, verdictOf } from './cells.ts';
import { contenderIds } from './contender-ids.ts';
import { helpText } from './help.ts';
import { type Options, parseOptions } from './options.ts';
import { playAll } from './play.ts';
import { textReport } from './report/text.ts';
import { record, writeReport } from './report/write.ts';
import { scenarios as all } from './scenarios/index.ts';
import { MARKS } from './words.ts';

const known = { contenders: contenderIds, scenarios: all.map(({ id }) => id) };
process.exitCode = await carryOut(
  'gauntlet',
  parseOptions(process.argv.slice(2), known),
  () => helpText(known.contenders, known.scenarios),
  run,
);

async function run(options: Options): Promise<number> {
  const contenders = await loadContenders(
    contenderIds.filter((id) => options.only?.includes(id) ?? true),
  );
  const rows = rowsOf(
    contenders.filter(({ ours }) => ours || !options.short),
    options.short ? ['none'] : options.retry,
  );
  const scenarios = all.filter(
    ({ id, long = false }) => (options.scenarios?.includes(id) ?? true) && !(options.short && long),
  );
  if (rows.length === 0 || scenarios.length === 0)
    throw new Mistake(
      'Nothing is left to play: --short is for ours and leaves out long scenarios, --retry inside and outside are for contenders on axios',
    );
  const file = await reportFile(options.report, 'gauntlet.html');
  const progress = options.json ? process.stderr : process.stdout;
  const total = rows.length * scenarios.length;
  let done = 0;
  const onCell = (cell: Cell): void => {
    done += 1;
    const who =
      cell.retry === undefined ? cell.contender : `${cell.contender}, retry ${cell.retry}`;
    progress.write(
      `${String(done).padStart(4)} of ${total} ${MARKS[verdictOf(cell)]} ${cell.scenario}: ${who}\n`,
    );
  };
  const cells = await playAll(rows, scenarios, onCell);
  await writeReport({ rows, scenarios, cells }, file);
  const report = shortPath(file);
  if (options.record) await record(cells);
  if (options.json) process.stdout.write(`${JSON.stringify({ cells, report }, undefined, 2)}\n`);
  else
    process.stdout.write(
      `\n${textReport(rows, scenarios, cells)}\nThe same as a page: ${report}\n`,
    );
  const ours = contenders.filter((one) => one.ours).map(({ id }) => id);
  const broken = cells.some(
    (cell) => ours.includes(cell.contender) && verdictOf(cell) === 'broken',
  );
  return broken ? 1 : 0;
}
