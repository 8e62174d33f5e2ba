import { contentsStep } from '../package-checks/contents.ts';
import { declarationsStep } from '../package-checks/declarations.ts';
import type { Packing } from '../package-checks/packed-types.ts';
import { resolversStep } from '../package-checks/resolvers.ts';
import { sizeStep } from '../package-checks/size.ts';
import { unusedStep } from '../package-checks/unused.ts';
import { appsStep } from './apps.ts';
import { buildStep } from './build.ts';
import { compatStep } from './compat.ts';
import { runtimesStep } from './runtimes.ts';
import { samplesStep } from './samples.ts';
import { sourceSteps } from './sources.ts';
import type { Step } from './step.ts';
import { type Totals, unitStep } from './unit.ts';

/** Everything that `npm test` does, in its order. */
export function allSteps(packing: Packing, report: (totals: Totals) => void): Step[] {
  return [
    ...sourceSteps,
    samplesStep,
    buildStep,
    unitStep(report),
    compatStep,
    runtimesStep,
    contentsStep(packing),
    sizeStep(packing),
    unusedStep,
    declarationsStep(packing),
    resolversStep(packing),
    appsStep(packing),
  ];
}
