// Plays random schedules on the real code: every way in, every event, every fault, in every order that the outside can
// have, with a simulated server as the oracle. What is checked is in rules/, a file for each concern; what can happen in
// simulation/actions.ts and simulation/faults.ts. Time stands still unless a schedule moves it.
//
// The order of things is drawn by fast-check itself, as picks among the gates that stand open (simulation/timeline.ts),
// instead of by fc.scheduler(): so it shrinks together with the actions, and a fault can strike at any one gate.
//
// run-options.ts says how to play more schedules, others, or one of them again.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type UnhandledRejections, unhandledRejections } from '../support/unhandled-rejections.ts';
import { CLASSES, nameOf } from './classes.ts';
import { createCounts } from './counts.ts';
import { explain, prove } from './prove.ts';
import { wantedPath, wantedRuns, wantedSeed } from './run-options.ts';
import type { ScheduleClass } from './simulation/arbitraries.ts';
import { CORE } from './simulation/core.ts';
import { ROWS, type Row } from './simulation/facts.ts';

// No rule asks where an error was made, and to note it for each takes a tenth of the time.
Error.stackTraceLimit = 0;

const seed = wantedSeed;
/** Most kinds of schedules have faults, so that those without any are played more often. */
const weightOf = ({ faulty }: ScheduleClass): number => (faulty ? 1 : 1.5);
const weights = CLASSES.reduce((sum, of) => sum + weightOf(of), 0);
const runsOf = (of: ScheduleClass): number => Math.ceil((wantedRuns * weightOf(of)) / weights);

describe(`schedules (seed ${seed})`, () => {
  const counts = createCounts();
  const broken = new Map<Row, string>();
  let unhandled: UnhandledRejections;

  beforeAll(() => {
    unhandled = unhandledRejections();
  });
  afterAll(() => {
    unhandled.stop();
    process.stdout.write(`seed ${seed}: ${counts.table()}\n`);
  });

  it.each(CLASSES.map((of, index) => ({ of, index, name: nameOf(of), runs: runsOf(of) })))(
    '$name: $runs schedules break no rule',
    async ({ of, index, runs }) => {
      const { failure, checked, played } = await prove(CORE, of, {
        runs,
        seed: seed + index,
        path: wantedPath,
      });
      counts.add(played, checked);
      if (failure !== undefined) broken.set(failure.row, explain(failure, seed));
      expect(failure === undefined ? 'no rule is broken' : explain(failure, seed)).toBe(
        'no rule is broken',
      );
    },
    Math.max(180_000, wantedRuns * 60),
  );

  if (wantedPath === undefined) {
    it.each(ROWS)('$row: $rule', ({ row }) => {
      expect(counts.checked(row)).toBeGreaterThan(0);
      expect(broken.get(row)).toBeUndefined();
    });

    it('P11: no rejection goes unhandled', () => {
      expect(unhandled.reasons).toEqual([]);
    });

    it('are many, and at least 40 % of them are free of faults', () => {
      expect(counts.total).toBeGreaterThanOrEqual(wantedRuns);
      expect(counts.faultFree / counts.total).toBeGreaterThanOrEqual(0.4);
    });
  }
});
