// Every test of the core in one file. Stryker loads all test files for each of thousands of mutants: loaded once, and not
// once a file, the sources of the core are what a run costs. Left out are the random schedules, which take longer than all the rest,
// and what counts the process's own listeners and memory.
import { globSync } from 'node:fs';
import path from 'node:path';

const tests = path.resolve(import.meta.dirname, '../../packages/core/test');
const LEFT_OUT = /properties\/(?:schedules|sabotage|abandon)\.test\.ts$|model\/model\.test\.ts$|(?:leaks|hostile)\.test\.ts$/;

for (const file of globSync('**/*.test.ts', { cwd: tests }).sort()) {
  if (!LEFT_OUT.test(file.replaceAll('\\', '/'))) await import(path.join(tests, file));
}
