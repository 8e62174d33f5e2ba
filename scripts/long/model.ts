import { wholeNumber } from '@unexpired/example-command-line';
import { PROPERTIES, type Property } from '../../packages/core/test/model/properties.ts';
import { type Found, THREE } from '../../packages/core/test/model/recorded.ts';
import { type Question, search } from '../../packages/core/test/model/search.ts';
import type { Case } from '../../packages/core/test/model/protocol/case.ts';
import { check as checkRow } from '../../packages/core/test/model/protocol/check.ts';
import { SEARCHES } from '../../packages/core/test/model/protocol/searches.ts';
import { MODES } from '../../packages/core/test/model/state.ts';
import { optionsOf } from '../command-options.ts';

const USAGE = `npm run test:long -- model [--flights N]

The search of packages/core/test/model/ with three processes and one of every fault, and with two processes that
refresh more often, N times (3), held against what was recorded where it was. Then the whole tables of
packages/core/test/model/protocol/, with the shortest way to what breaks.`;

const flights = optionsOf(USAGE, { flights: { type: 'string', default: '3' } }, (values) =>
  wholeNumber('--flights', values.flights, [1, 10]),
);

/** What the server makes impossible, for any manager. */
const IMPOSSIBLE = { neverRotates: [], grace: [], rejects: ['D8'], revokes: ['D7', 'D8'] } as const;

function check(
  what: string,
  question: Question,
  allowed: readonly Property[],
  states?: number,
): void {
  const started = performance.now();
  const result = search(question);
  const wrong = [...result.broken].filter(([property]) => !allowed.includes(property));
  const asRecorded =
    states === undefined || (result.states === states && result.broken.size === allowed.length);
  const found = [...result.broken.keys()].sort().join(', ') || 'nothing';
  process.stdout.write(
    `  ${what}, ${question.mode.padEnd(12)} ${String(result.states).padStart(8)} states, broken: ${found}` +
      `${asRecorded ? '' : `; recorded were ${states} states`} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  for (const [property, way] of wrong)
    process.stdout.write(`  ${PROPERTIES[property]}: broken by\n    ${way.join('\n    ')}\n`);
  if (wrong.length > 0 || !asRecorded) process.exitCode = 1;
}

const { what, processes, faults } = THREE;
for (const mode of MODES) {
  const [states, ...broken]: Found = THREE[mode];
  check(
    what,
    { mode, processes: processes ?? 2, flights: THREE.flights, faults: faults ?? {} },
    broken,
    states,
  );
}
for (const mode of MODES)
  check(
    `two processes, ${flights} flights each`,
    { mode, flights, faults: { leases: 1, crashes: 1, losses: 1, signOuts: 1 } },
    IMPOSSIBLE[mode],
  );

function showRow(row: Case): number {
  const started = performance.now();
  const { states, way, wrong } = checkRow(row);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`  ${String(states).padStart(8)} states, ${seconds} s: ${row.what}\n`);
  if (row.shows !== undefined && way !== undefined)
    process.stdout.write(`           ${row.shows.property}: ${way.join(' > ')}\n`);
  for (const line of wrong) process.stdout.write(`           WRONG ${line}\n`);
  if (wrong.length > 0) process.exitCode = 1;
  return states;
}

let inAll = 0;
for (const { name, holds, refuted, notPromised } of SEARCHES) {
  for (const [heading, rows] of [
    [`${name}: holds`, holds],
    [`${name}: refuted`, refuted],
    [`${name}: not promised`, notPromised],
  ] as const) {
    process.stdout.write(`\n${heading}\n`);
    for (const row of rows) inAll += showRow(row);
  }
}
process.stdout.write(`\n${inAll.toLocaleString('en-US')} states in all\n`);
