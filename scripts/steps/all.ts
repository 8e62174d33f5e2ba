import { buildStep } from './build.ts';
import { sourceSteps } from './sources.ts';
import type { Step } from './step.ts';
import { type Totals, unitStep } from './unit.ts';

/** Everything that `npm test` does, in its order. */
export function allSteps(report: (totals: Totals) => void): Step[] {
  return [...sourceSteps, buildStep, unitStep(report)];
}
