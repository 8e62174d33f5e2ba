import fc from 'fast-check';
import type { RunOptions } from './prove.ts';
import { howToRepeat } from './run-options.ts';
import type { Action } from './simulation/actions.ts';
import { schedules } from './simulation/arbitraries.ts';
import type { Core } from './simulation/core.ts';
import type { Ask } from './simulation/facts.ts';
import { play, type Schedule } from './simulation/play.ts';
import { transcript } from './simulation/transcript.ts';

const silent = { checked: () => undefined, broken: () => undefined };

/** All that can be seen from outside, but for what the twins see. */
async function seen(core: Core, schedule: Schedule): Promise<string[]> {
  const lines: string[] = [];
  await play(core, schedule, silent, [transcript(lines, (ask: Ask) => !ask.twin)]);
  return lines;
}

/**
 * P5. Plays each schedule twice: with and without twins, which ask for the same as somebody else at the same time and
 * may leave at any time. Nobody else may notice any difference. Gives the first line that differs, if one
 * does, and how to see it again.
 */
export async function provesAbandonment(
  core: Core,
  { runs, seed, path }: RunOptions,
): Promise<string | undefined> {
  let difference: string | undefined;
  const property = fc.asyncProperty(
    schedules({ faulty: true, store: 'shared', lock: 'web', managers: [1, 2] }),
    fc.infiniteStream(fc.nat(5)),
    async ({ setting, actions }, picks) => {
      const roomy = { ...setting, maxWaiting: 1000 };
      const without = actions.filter((action) => action.do !== 'abort');
      const withTwins = without.flatMap((action): Action[] => {
        const pick = picks.next().value ?? 0;
        if (action.do === 'get') return [action, { ...action, twin: true }];
        return pick < 2 ? [action, { do: 'abandon', pick }] : [action];
      });
      const alone = await seen(core, { setting: roomy, actions: without });
      const together = await seen(core, { setting: roomy, actions: withTwins });
      const at = alone.findIndex((line, index) => line !== together[index]);
      if (at < 0 && alone.length === together.length) return true;
      difference = `${alone[Math.max(0, at)]} | ${together[Math.max(0, at)]}`;
      return false;
    },
  );
  const result = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: true,
    ...(path !== undefined && { path }),
  });
  return result.failed
    ? `${difference ?? String(result.errorInstance)}\n${howToRepeat(seed, result.counterexamplePath)}`
    : undefined;
}
