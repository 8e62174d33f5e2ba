// Every test of the core in one file. Stryker loads all test files for each of thousands of mutants: loaded once, and not
// once a file, the sources of the core are what a run costs. Left out is what counts the process's own listeners and memory,
// and of the random schedules, which take longer than all the rest, there is a sample.
import { globSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { CLASSES, nameOf } from '../../packages/core/test/properties/classes.ts';
import { prove } from '../../packages/core/test/properties/prove.ts';
import { loadCore } from '../../packages/core/test/properties/simulation/core.ts';

const tests = path.resolve(import.meta.dirname, '../../packages/core/test');
const LEFT_OUT =
  /properties\/(?:schedules|sabotage|abandon)\.test\.ts$|model\/(?:model|protocol\/\w+)\.test\.ts$|(?:leaks|hostile)\.test\.ts$/;

for (const file of globSync('**/*.test.ts', { cwd: tests }).sort()) {
  if (!LEFT_OUT.test(file.replaceAll('\\', '/'))) await import(path.join(tests, file));
}

it.each(CLASSES.map((of) => ({ of, name: nameOf(of) })))(
  'a sample of schedules breaks no rule: $name',
  async ({ of }) => {
    const { failure } = await prove(await loadCore(), of, { runs: 30, seed: 1, brief: true });
    expect(failure).toBeUndefined();
  },
);
