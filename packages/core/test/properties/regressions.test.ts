import { describe, expect, it } from '@jest/globals';
import { REGRESSIONS } from './regressions/all.ts';
import { ORDINARY } from './regressions/regression.ts';
import { CORE } from './simulation/core.ts';
import { play } from './simulation/play.ts';

describe('schedules that broke a rule once', () => {
  it.each(REGRESSIONS)('$row: $name', async ({ setting, actions }) => {
    const broken: string[] = [];
    await play(
      CORE,
      { setting: { ...ORDINARY, ...setting }, actions },
      { checked: () => undefined, broken: (row, what) => void broken.push(`${row}: ${what}`) },
    );
    expect(broken).toEqual([]);
  });
});
