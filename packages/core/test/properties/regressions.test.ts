import { beforeAll, describe, expect, it } from '@jest/globals';
import { ORDINARY, REGRESSIONS } from './regressions.ts';
import { type Core, loadCore } from './simulation/core.ts';
import { play } from './simulation/play.ts';

describe('schedules that broke a rule once', () => {
  let core: Core;
  beforeAll(async () => {
    core = await loadCore();
  });

  it.each(REGRESSIONS)('$row: $name', async ({ setting, actions }) => {
    const broken: string[] = [];
    await play(
      core,
      { setting: { ...ORDINARY, ...setting }, actions },
      { checked: () => undefined, broken: (row, what) => void broken.push(`${row}: ${what}`) },
    );
    expect(broken).toEqual([]);
  });
});
