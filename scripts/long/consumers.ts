import { optionsOf } from '../command-options.ts';
import { COMPILERS, declarationsStep } from '../package-checks/declarations.ts';
import { packing } from '../package-checks/packed.ts';
import { runSteps } from '../steps/run.ts';

const USAGE = `npm run test:long -- consumers

The declarations that are published, with every compiler and each way to find them.`;

optionsOf(USAGE, {}, () => undefined);
const packed = packing();
const failed = await runSteps([declarationsStep(packed, COMPILERS)]).finally(packed.clear);
if (failed.length > 0) process.exitCode = 1;
