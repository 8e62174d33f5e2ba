// Each rule is switched off once, at a seam or in one module, and the property of its row must notice. A property that stays green
// here proves nothing in schedules.test.ts.
import { describe, expect, it, jest } from '@jest/globals';
import { CLASSES } from './classes.ts';
import { prove } from './prove.ts';
import { type Core, loadCore } from './simulation/core.ts';
import { ROWS } from './simulation/facts.ts';
import { SABOTAGES, type Sabotage } from './sabotages.ts';
import { provesAbandonment } from './abandon.ts';

const SEED = 20261121;
const RUNS = 1500;

async function sabotaged(sabotage: Sabotage): Promise<Core> {
  if ('seam' in sabotage) return sabotage.seam(await loadCore());
  const { module, wrong } = sabotage;
  const path = `../../../${module}`;
  jest.resetModules();
  const right = (await import(path)) as never;
  jest.unstable_mockModule(path, () => Object.assign({}, right, wrong(right)));
  try {
    return await loadCore();
  } finally {
    jest.unstable_unmockModule(path);
  }
}

describe('with one rule switched off', () => {
  it.each(SABOTAGES)(
    '$row turns red: $what',
    async (sabotage) => {
      const core = await sabotaged(sabotage);
      if (sabotage.row === 'P5') {
        expect(await provesAbandonment(core, { runs: RUNS, seed: SEED })).toBeDefined();
        return;
      }
      const where = Object.entries(sabotage.where ?? {});
      const classes = CLASSES.filter((of) =>
        where.every(([key, value]) => of[key as keyof typeof of] === value),
      );
      let row: string | undefined;
      for (const of of classes)
        row ??= (await prove(core, of, { runs: RUNS, seed: SEED }, sabotage.row)).failure?.row;
      expect(row).toBe(sabotage.row);
    },
    120_000,
  );

  it('no row is left out', () => {
    expect(new Set(SABOTAGES.map(({ row }) => row))).toEqual(
      new Set([...ROWS.map(({ row }) => row), 'P5']),
    );
  });
});
