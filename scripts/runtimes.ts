// `npm run test:runtimes`: the conformance rules in every runtime that this machine has, and docs/runtimes.md from what came out.
import { runSteps } from './steps/run.ts';
import { checkInRuntimes } from './steps/runtimes.ts';

const failed = await runSteps([{ name: 'runtimes', run: () => checkInRuntimes(true) }]);
process.exitCode = failed.length > 0 ? 1 : 0;
