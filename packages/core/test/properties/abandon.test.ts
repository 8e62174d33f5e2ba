import { afterAll, expect, it } from '@jest/globals';
import { provesAbandonment } from './abandon.ts';
import { wantedPath, wantedRuns, wantedSeed } from './run-options.ts';
import { CORE } from './simulation/core.ts';

// Nobody asks where an error was made, and to note it for each takes a tenth of the time.
Error.stackTraceLimit = 0;

/** Each schedule is played twice, and in one class of them only. */
const runs = Math.ceil(wantedRuns * 0.06);

afterAll(
  () =>
    void process.stdout.write(
      `seed ${wantedSeed}: ${runs} schedules with and without some who leave\n`,
    ),
);

it(
  'P5: a waiter who leaves changes nothing that others can see',
  async () => {
    expect(
      await provesAbandonment(CORE, { runs, seed: wantedSeed, path: wantedPath }),
    ).toBeUndefined();
  },
  Math.max(120_000, runs * 2000),
);
