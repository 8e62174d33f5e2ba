import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Cell, cellOf, find, type Row } from './cells.ts';
import type { CellJob, CellResult } from './cell/job.ts';
import type { Scenario } from './scenario.ts';

const program = fileURLToPath(new URL('./cell/main.ts', import.meta.url));

/** Processes at a time: those that work, and those that wait for most of a minute. */
const WORKING = 8;
const WAITING = 26;
/** Ms until a cell is cut off. No scenario takes as long. */
const LIMIT = 240_000;

/** Plays every scenario with every row; `onCell` is told of each cell as it is done. */
export async function playAll(
  rows: readonly Row[],
  scenarios: readonly Scenario[],
  onCell: (cell: Cell) => void,
): Promise<Cell[]> {
  const jobs = scenarios.flatMap((scenario) => rows.map((row) => ({ scenario, row })));
  const play = async ({ scenario, row }: (typeof jobs)[number]): Promise<Cell> => {
    const cell = cellOf(row, scenario, await playCell(row, scenario));
    onCell(cell);
    return cell;
  };
  const [long, short] = await Promise.all([
    inTurn(
      WAITING,
      jobs.filter(({ scenario }) => scenario.long),
      play,
    ),
    inTurn(
      WORKING,
      jobs.filter(({ scenario }) => !scenario.long),
      play,
    ),
  ]);
  const played = [...long, ...short];
  return jobs.flatMap(({ scenario, row }) => find(played, row, scenario) ?? []);
}

/** Runs `work` on each, `atOnce` at a time. */
async function inTurn<Item, Result>(
  atOnce: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const waiting = [...items];
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
      results.push(await work(item));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

function playCell({ contender, retry }: Row, scenario: Scenario): Promise<CellResult> {
  const job: CellJob = { contender: contender.id, scenario: scenario.id, retry };
  const child = fork(program, [JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => (said += chunk));
  return new Promise((resolve, reject) => {
    let result: CellResult | undefined;
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT);
    child.once('message', (message) => (result = message as CellResult));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      if (result !== undefined) return resolve(result);
      const how = signal ?? `exit status ${code}`;
      reject(new Error(`${contender.id}, ${scenario.id}: the cell ended with ${how}.\n${said}`));
    });
  });
}
