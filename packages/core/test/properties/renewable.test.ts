// Random schedules of `renewable`: who asks, who leaves, what the other side takes back, which making fails, and in which order
// all of that ends, drawn by fast-check's scheduler. Time stands still unless a schedule moves it.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { howToRepeat, wantedPath, wantedRuns, wantedSeed } from './run-options.ts';
import { ACTIONS, play } from './simulation/renewable.ts';

const runs = Math.ceil(wantedRuns * 0.03);

const RULES = {
  disposed: 'no value is disposed of while a task uses it, and each is in the end, once',
  one: 'one value is made at a time',
  same: 'all who wait for a making that fails get one and the same error',
  leaving: 'who leaves gets their own reason, and nobody else gets it',
  settled: 'everybody gets an answer',
  fresh: 'nobody is given a value that has expired',
};

describe(`random schedules of a renewable (seed ${wantedSeed})`, () => {
  const broken = new Map<string, string>();
  const checked = new Map<string, number>();

  it(
    `${runs} of them break no rule`,
    async () => {
      const property = fc.asyncProperty(
        fc.scheduler(),
        fc.array(ACTIONS, { minLength: 1, maxLength: 24, size: 'max' }),
        fc.infiniteStream(fc.nat(3)),
        async (scheduler, actions, steps) => {
          const found = await play(
            scheduler,
            actions,
            () => steps.next().value ?? 0,
            (rule) => checked.set(rule, (checked.get(rule) ?? 0) + 1),
          );
          for (const [rule, what] of found) broken.set(rule, what);
          return found.size === 0;
        },
      );
      const result = await fc.check(property, {
        numRuns: runs,
        seed: wantedSeed,
        ...(wantedPath !== undefined && { path: wantedPath }),
      });
      const again = `${[...broken].join('\n')}\n${JSON.stringify(result.counterexample?.[1])}\n${howToRepeat(wantedSeed, result.counterexamplePath)}`;
      expect(result.failed ? again : '').toBe('');
    },
    Math.max(60_000, runs * 100),
  );

  it.each(Object.entries(RULES))('%s: %s', (rule) => {
    expect(checked.get(rule)).toBeGreaterThan(runs / 20);
    expect(broken.get(rule)).toBeUndefined();
  });
});
