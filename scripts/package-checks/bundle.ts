import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import webpack from 'webpack';
import type { Bundle } from '../house.ts';

/** What a bundler made, and the packages that it took the code from. */
export interface Bundled {
  readonly code: Uint8Array;
  readonly from: readonly string[];
}

/** The user's own clients, which their adapters ask for things. */
const PEERS = ['axios'];

/** As most pages are bundled: from the ES modules. */
export async function bundleModules(
  { what, without = [] }: Pick<Bundle, 'what' | 'without'>,
  project: string,
): Promise<Bundled> {
  const contents = what.map((item) => `export { ${nameIn(item)} } from '${fromIn(item)}';`);
  const { outputFiles, metafile } = await build({
    stdin: { contents: contents.join('\n'), resolveDir: project },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
    external: [...PEERS, ...without],
  });
  return {
    code: Buffer.concat(outputFiles.map((file) => file.contents)),
    from: packagesOf(Object.keys(metafile.inputs)),
  };
}

/** As code that was compiled to CommonJS first: by webpack, which leaves out of CommonJS, too, what nobody uses. */
export async function bundleCommonjs({ what }: Bundle, project: string): Promise<Bundled> {
  const entry = path.join(project, 'commonjs-entry.cjs');
  const output = path.join(project, 'commonjs-bundle');
  const contents = what.map((item, index) => [
    `const from${index} = require('${fromIn(item)}');`,
    `exports.${nameIn(item)} = from${index}.${nameIn(item)};`,
  ]);
  writeFileSync(entry, contents.flat().join('\n'));
  const modules = await runWebpack(entry, output);
  return { code: readFileSync(path.join(output, 'main.js')), from: packagesOf(modules) };
}

/** How webpack looks for packages, where not by its defaults. */
export interface Resolving {
  readonly exportsFields?: string[];
  readonly fullySpecified?: boolean;
}

/** Bundles into `main.js` of a folder; resolves with the files that it read. */
export function runWebpack(
  entry: string,
  output: string,
  { fullySpecified = true, ...resolve }: Resolving = {},
): Promise<string[]> {
  const compiler = webpack({
    mode: 'production',
    target: ['web', 'es2022'],
    context: path.dirname(entry),
    entry,
    output: { path: output, library: { type: 'commonjs2' } },
    performance: false,
    externals: PEERS,
    resolve,
    module: { rules: [{ test: /\.m?js$/, resolve: { fullySpecified } }] },
  });
  return new Promise((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error !== null || stats === undefined || stats.hasErrors())
        reject(error ?? new Error(stats?.toString('errors-only')));
      else resolve([...stats.compilation.modules].map((one) => one.nameForCondition() ?? ''));
      // Holds nothing that is waited for: the cache is in memory.
      compiler.close(() => {});
    });
  });
}

/** The names of packages that these files are from. */
function packagesOf(files: Iterable<string>): string[] {
  const names = [...files].flatMap(
    (file) =>
      /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll('\\', '/'))?.[1] ?? [],
  );
  return [...new Set(names)];
}

export const nameIn = (item: string): string => item.split(' from ')[0] ?? '';
export const fromIn = (item: string): string => item.split(' from ')[1] ?? '';
