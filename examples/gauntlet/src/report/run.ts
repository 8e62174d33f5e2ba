import type { Cell, Row } from '../cells.ts';
import type { Scenario } from '../scenario.ts';

/** A run, as it is shown. */
export interface Run {
  readonly rows: readonly Row[];
  readonly scenarios: readonly Scenario[];
  readonly cells: readonly Cell[];
}

/** What is kept of the cells that were played last. */
export interface Recorded {
  readonly versions: string;
  readonly cells: readonly Cell[];
}
