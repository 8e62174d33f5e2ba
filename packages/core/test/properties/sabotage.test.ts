// Each rule is switched off once, at a seam, and the property of its row must notice. A property that stays green here
// proves nothing in schedules.test.ts.
import { describe, expect, it } from '@jest/globals';
import { provesAbandonment } from './abandon.ts';
import { CLASSES } from './classes.ts';
import { prove } from './prove.ts';
import { SABOTAGES } from './sabotages/all.ts';
import {
  atAnswer,
  atCell,
  atClock,
  atHome,
  atManager,
  atOptions,
  atRandom,
  atRead,
  atRefresh,
  atSharedFlight,
  atWrite,
} from './seams.ts';
import { CORE } from './simulation/core.ts';
import { ROWS } from './simulation/facts.ts';

const SEED = 20261121;
const RUNS = 1500;
/** Ms: many times what they take, for a machine that is busy with something else. */
const LIMIT = 600_000;

describe('with one rule switched off', () => {
  it.each(SABOTAGES)(
    '$row turns red: $what',
    async ({ row, seam, where = {} }) => {
      const core = seam(CORE);
      if (row === 'P5') {
        expect(await provesAbandonment(core, { runs: RUNS, seed: SEED })).toBeDefined();
        return;
      }
      const classes = CLASSES.filter((of) =>
        Object.entries(where).every(([key, value]) => of[key as keyof typeof of] === value),
      );
      let found: string | undefined;
      for (const of of classes)
        found ??= (await prove(core, of, { runs: RUNS, seed: SEED }, row)).failure?.row;
      expect(found).toBe(row);
    },
    LIMIT,
  );

  it(
    'what a sabotage is put into breaks no rule by itself',
    async () => {
      const seams = [
        atOptions(() => ({})),
        atClock(() => ({})),
        atRandom((number) => number),
        atRefresh((refresh) => refresh),
        atAnswer((answer) => answer),
        atManager(() => ({})),
        atCell(() => ({})),
        atRead(() => undefined),
        atWrite((record) => record),
        atHome(() => ({})),
        atSharedFlight(() => ({})),
      ];
      const core = seams.reduce((inner, seam) => seam(inner), CORE);
      for (const of of CLASSES)
        expect(
          (await prove(core, of, { runs: 20, seed: SEED, brief: true })).failure,
        ).toBeUndefined();
    },
    LIMIT,
  );

  it('no row is left out', () => {
    expect(new Set(SABOTAGES.map(({ row }) => row))).toEqual(
      new Set([...ROWS.map(({ row }) => row), 'P5']),
    );
  });
});
