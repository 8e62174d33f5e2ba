// Makes one file of the core and all of its tests. Stryker loads them anew for each of thousands of mutants, which as files of
// their own takes longer than to run them. Left out is what counts the process's own listeners and memory, what looks for
// files by their path, and the whole of the random schedules.
import { globSync } from 'node:fs';
import path from 'node:path';
import { build, type PluginBuild } from 'esbuild';
import { BUNDLE, FOLDER, ROOT } from './names.ts';
import { root, sourcesByName } from '../workspace.ts';

const OURS = 'resolved from the core';
const LEFT_OUT =
  /properties\/(?:schedules|sabotage|abandon)\.test\.ts$|model\/(?:model|protocol\/\w+)\.test\.ts$|(?:leaks|hostile)\.test\.ts$/;

/** The same for each of two dozen clients, which are half of what there is to load: asked only of what reads their answers. */
const CLIENTS = /^packages\/core\/test\/refresh\/client.*\.test\.ts$/;
const folder = process.env[FOLDER] ?? '';

// A mutant is dead after the first test that fails, so what is most likely to fail comes first, and what takes long last.
const NEAREST = [
  new RegExp(`^packages/core/test/${folder}/`),
  /^scripts\/mutation\/sample/,
  /^packages\/core\/test\/[^/]+$/,
  /^packages\/core\/test\/failures\//,
  /^packages\/core\/test\/manager\//,
  /^(?!.*\/(?:properties|model)\/)/,
];
const rank = (file: string): number => {
  const found = NEAREST.findIndex((near) => near.test(file));
  return found < 0 ? NEAREST.length : found;
};
const tests = globSync(['packages/core/test/**/*.test.ts', 'scripts/mutation/sample.ts'], {
  cwd: root,
})
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !LEFT_OUT.test(file) && (folder === 'refresh' || !CLIENTS.test(file)))
  .sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));

await build({
  stdin: {
    contents: tests.map((file) => `import './${file}';`).join('\n'),
    resolveDir: root,
  },
  outfile: BUNDLE,
  alias: Object.fromEntries(
    Object.entries(sourcesByName()).map(([name, source]) => [name, path.join(root, source)]),
  ),
  bundle: true,
  external: ['@jest/globals'],
  plugins: [{ name: 'packages of the core', setup: resolvesAsTheCoreDoes }],
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Parsed anew for every mutant.
  minifyWhitespace: true,
  // The tests are nothing but side effects, which the package says that it has none of.
  ignoreAnnotations: true,
});

// Stryker builds in a copy that has no folders of packages yet.
function resolvesAsTheCoreDoes(build: PluginBuild): void {
  const resolveDir = path.join(process.env[ROOT] ?? root, 'packages/core');
  build.onResolve({ filter: /^[^./]/ }, ({ path: name, importer, kind, pluginData }) =>
    pluginData === OURS || importer.includes('node_modules')
      ? undefined
      : build.resolve(name, { importer, kind, resolveDir, pluginData: OURS }),
  );
}
