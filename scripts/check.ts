// `npm run check [name ...]`: single steps of `npm test`, or all of them.
import { packing } from './package-checks/packed.ts';
import { allSteps } from './steps/all.ts';
import { runSteps } from './steps/run.ts';

const packed = packing();
const steps = allSteps(packed, () => {});
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));

if (unknown.length > 0) {
  process.stderr.write(
    `There is no step ${unknown.join(', ')}; there are: ${steps.map(({ name }) => name).join(', ')}\n`,
  );
  process.exitCode = 1;
} else {
  const chosen = wanted.length > 0 ? steps.filter(({ name }) => wanted.includes(name)) : steps;
  const failed = await runSteps(chosen).finally(packed.clear);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
