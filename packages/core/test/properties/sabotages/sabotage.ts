import type { Seam } from '../seams.ts';
import type { ScheduleClass } from '../simulation/arbitraries.ts';
import type { Row } from '../simulation/facts.ts';

/** One rule, switched off for one run of the tests. What is shipped has no such switch: docs/decisions/0022. */
export interface Sabotage {
  readonly row: Row | 'P5';
  readonly what: string;
  readonly seam: Seam;
  /** The schedules that show it soonest. */
  readonly where?: Partial<ScheduleClass>;
}

export const ignore = (): void => undefined;
