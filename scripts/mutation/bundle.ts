// Makes one file of the core and all of its tests. Stryker loads them anew for each of thousands of mutants, which as files of
// their own takes longer than to run them. Left out is what counts the process's own listeners and memory, what looks for
// files by their path, and the whole of the random schedules.
import { globSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { BUNDLE } from './bundle-path.ts';
import { root, sourcesByName } from '../workspace.ts';

const LEFT_OUT =
  /properties\/(?:schedules|sabotage|abandon)\.test\.ts$|model\/(?:model|protocol\/\w+)\.test\.ts$|(?:leaks|hostile)\.test\.ts$/;

const tests = globSync('packages/core/test/**/*.test.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !LEFT_OUT.test(file))
  .sort();

await build({
  stdin: {
    contents: [...tests, 'scripts/mutation/sample.ts']
      .map((file) => `import './${file}';`)
      .join('\n'),
    resolveDir: root,
  },
  outfile: BUNDLE,
  alias: Object.fromEntries(
    Object.entries(sourcesByName()).map(([name, source]) => [name, path.join(root, source)]),
  ),
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Two classes of one name in two files are not to be renamed.
  keepNames: true,
  // The tests are nothing but side effects, which the package says that it has none of.
  ignoreAnnotations: true,
});
