// Plays random schedules on the real code: every way in, every event, every fault, in every order that the outside can
// have, with a simulated server as the oracle. What is checked is in rules/, a file for each concern; what can happen in
// simulation/actions.ts and simulation/faults.ts. Time stands still unless a schedule moves it.
//
// The order of things is drawn by fast-check itself, as picks among the gates that stand open (simulation/timeline.ts),
// instead of by fc.scheduler(): so it shrinks together with the actions, and a fault can strike at any one gate.
//
// Options, as environment variables:
//   UNEXPIRED_RUNS   schedules to play in all, default 10000
//   UNEXPIRED_SEED   default a fixed one, so that a normal run is the same everywhere; `random` draws one
//   UNEXPIRED_PATH   with the seed, plays only the schedule that failed; select its class with jest's -t
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CLASSES, nameOf } from './classes.ts';
import { createCounts } from './counts.ts';
import { explain, prove } from './prove.ts';
import { type Core, loadCore } from './simulation/core.ts';
import { ROWS, type Row } from './simulation/facts.ts';

const { UNEXPIRED_RUNS = '10000', UNEXPIRED_SEED = '20261121', UNEXPIRED_PATH: path } = process.env;
const seed = UNEXPIRED_SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(UNEXPIRED_SEED);
const runs = Math.ceil(Number(UNEXPIRED_RUNS) / CLASSES.length);

describe(`schedules (seed ${seed})`, () => {
  const counts = createCounts();
  const broken = new Map<Row, string>();
  const unhandled: unknown[] = [];
  const noteUnhandled = (reason: unknown): void => void unhandled.push(reason);
  let core: Core;

  beforeAll(async () => {
    process.on('unhandledRejection', noteUnhandled);
    core = await loadCore();
  });
  afterAll(() => {
    process.off('unhandledRejection', noteUnhandled);
    process.stdout.write(`seed ${seed}: ${counts.table()}\n`);
  });

  it.each(CLASSES.map((of, index) => ({ of, index, name: nameOf(of) })))(
    `$name: ${runs} schedules break no rule`,
    async ({ of, index }) => {
      const { failure, checked, played } = await prove(core, of, { runs, seed: seed + index, path });
      counts.add(played, checked);
      if (failure !== undefined) broken.set(failure.row, explain(failure, seed));
      expect(failure === undefined ? 'no rule is broken' : explain(failure, seed)).toBe('no rule is broken');
    },
    Math.max(180_000, runs * 60),
  );

  if (path === undefined) {
    it.each(ROWS)('$row: $rule', ({ row }) => {
      expect(counts.checked(row)).toBeGreaterThan(0);
      expect(broken.get(row)).toBeUndefined();
    });

    it('P11: no rejection goes unhandled', () => {
      expect(unhandled).toEqual([]);
    });

    it('are many, and at least 40 % of them are free of faults', () => {
      expect(counts.total).toBeGreaterThanOrEqual(Number(UNEXPIRED_RUNS));
      expect(counts.faultFree / counts.total).toBeGreaterThanOrEqual(0.4);
    });
  }
});
