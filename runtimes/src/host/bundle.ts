import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const SOURCES = path.dirname(import.meta.dirname);
const OUTPUT = path.join(path.dirname(SOURCES), 'dist');

/** What the runtimes load. The packages are those of `npm run build`, found as each runtime or a bundler finds them. */
export interface Bundles {
  /** A program whose imports the runtime resolves, by kind of module. */
  readonly program: Readonly<Record<'esm' | 'cjs', string>>;
  /** The program for Node, in what is left of it without what Hermes and React Native lack. */
  readonly reduced: readonly [program: string, inside: string];
  readonly worker: string;
  /** Its text. */
  readonly page: string;
}

export async function bundle(): Promise<Bundles> {
  // Bun goes by the nearest one, and the root's would lead it to the sources.
  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(path.join(OUTPUT, 'tsconfig.json'), '{}');
  const made = (runner: string, name: string, options: BuildOptions): Promise<string> =>
    build({
      entryPoints: [path.join(SOURCES, 'runners', `${runner}.ts`)],
      outfile: path.join(OUTPUT, name),
      bundle: true,
      target: 'es2022',
      logLevel: 'error',
      tsconfigRaw: '{}', // the root's paths lead to the sources
      ...options,
    }).then(() => path.join(OUTPUT, name));
  const [esm, cjs, reduced, inside, worker, page] = await Promise.all([
    made('process', 'program.mjs', { format: 'esm', packages: 'external' }),
    made('process', 'program.cjs', { format: 'cjs', packages: 'external' }),
    made('reduced', 'reduced.mjs', { format: 'esm', platform: 'node' }),
    made('reduced-inside', 'reduced-inside.js', { format: 'iife', mainFields: ['module', 'main'] }),
    made('worker', 'worker.mjs', { format: 'esm', conditions: ['workerd', 'worker'] }),
    build({
      entryPoints: [path.join(SOURCES, 'runners', 'page.ts')],
      bundle: true,
      format: 'iife',
      target: 'es2022',
      logLevel: 'error',
      tsconfigRaw: '{}', // the root's paths lead to the sources
      write: false,
    }).then(({ outputFiles }) => outputFiles[0]?.text ?? ''),
  ]);
  return { program: { esm, cjs }, reduced: [reduced, inside], worker, page };
}
