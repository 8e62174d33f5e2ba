// `npm test`: every check that there is. Its last line counts the tests, also when another step failed.
import { packing } from './package-checks/packed.ts';
import { allSteps } from './steps/all.ts';
import { runSteps } from './steps/run.ts';
import type { Totals } from './steps/unit.ts';

const counted: Totals[] = [];
const packed = packing();
const failed = await runSteps(allSteps(packed, (totals) => counted.push(totals))).finally(
  packed.clear,
);
const { passed, failed: failedTests, skipped } = counted[0] ?? { passed: 0, failed: 0, skipped: 0 };

if (failed.length > 0) process.stdout.write(`failed: ${failed.join(', ')}\n`);
process.stdout.write(
  `${passed} passed, ${failedTests} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
