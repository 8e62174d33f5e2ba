import { chosenOf, optionsOf } from './command-options.ts';
import { packing } from './package-checks/packed.ts';
import { allSteps } from './steps/all.ts';
import { runSteps } from './steps/run.ts';

const packed = packing();
const steps = allSteps(packed, () => {});
const known = steps.map(({ name }) => name);
const USAGE = `npm run check [-- name ...]

Single steps of \`npm test\`, in its order, or all of them. There are: ${known.join(', ')}.`;

const names = optionsOf(USAGE, {}, (_, given) => chosenOf('step', given, known), {
  takesNames: true,
});
const chosen = steps.filter(({ name }) => names.includes(name));
const failed = await runSteps(chosen).finally(packed.clear);
process.exitCode = failed.length > 0 ? 1 : 0;
