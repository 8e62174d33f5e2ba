import fc from 'fast-check';
import { howToRepeat } from './run-options.ts';
import { type ScheduleClass, schedules } from './simulation/arbitraries.ts';
import type { Core } from './simulation/core.ts';
import type { Row } from './simulation/facts.ts';
import { play, type Schedule } from './simulation/play.ts';

/** How a run is set up from outside; see run-options.ts. */
export interface RunOptions {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string | undefined;
  /** Is it enough to know that a rule was broken? Then no shorter schedule is looked for. */
  readonly brief?: boolean;
}

/** A rule that was broken, and the shortest schedule that was found for it. */
export interface Failure {
  readonly row: Row;
  readonly what: string;
  readonly schedule: Schedule;
  readonly path: string | undefined;
}

export interface Proof {
  readonly failure: Failure | undefined;
  /** How often each rule was put to the test. */
  readonly checked: ReadonlyMap<Row, number>;
  /** The settings that were played. */
  readonly played: readonly Schedule['setting'][];
}

/** Plays schedules of a class until a rule is broken: any rule, or the one that is looked for. */
export async function prove(
  core: Core,
  of: ScheduleClass,
  { runs, seed, path, brief }: RunOptions,
  wanted?: Row,
): Promise<Proof> {
  const checked = new Map<Row, number>();
  const played: Schedule['setting'][] = [];
  let found: { readonly row: Row; readonly what: string } | undefined;

  const property = fc.asyncProperty(schedules(of), async (schedule) => {
    let broken: typeof found;
    played.push(schedule.setting);
    await play(core, schedule, {
      checked: (row) => void checked.set(row, (checked.get(row) ?? 0) + 1),
      broken(row, what) {
        if (wanted === undefined || wanted === row) broken ??= { row, what };
      },
    });
    if (broken !== undefined) found = broken;
    return broken === undefined;
  });
  const result = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: brief ?? wanted !== undefined,
    ...(path !== undefined && { path }),
  });
  if (!result.failed) return { failure: undefined, checked, played };
  if (found === undefined || result.counterexample === null) throw result.errorInstance;
  const [schedule] = result.counterexample;
  return {
    failure: { ...found, schedule, path: result.counterexamplePath ?? undefined },
    checked,
    played,
  };
}

/** Says what was broken, how to play it again, and the schedule as a regression would hold it. */
export const explain = ({ row, what, schedule, path }: Failure, seed: number): string =>
  [
    `${row} is broken: ${what}`,
    howToRepeat(seed, path),
    JSON.stringify(schedule.setting),
    ...schedule.actions.map((action) => JSON.stringify(action)),
  ].join('\n');
