import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build as buildWithEsbuild } from 'esbuild';
import { resolve as resolveAsMetro } from 'metro-resolver';
import { build as buildWithVite } from 'vite';
import { PACKAGES } from '../house.ts';
import type { Step } from '../steps/step.ts';
import type { Entry } from '../workspace.ts';
import { type Resolving, runWebpack } from './bundle.ts';
import type { Packed, Packing } from './packed-types.ts';
import { tsJestProblems } from './ts-jest.ts';

type Check = (packed: Packed) => Promise<string[]>;

/** Whether the tools that people have find every entry, those that read `exports` and those that are older. */
export function resolversStep(packing: Packing): Step {
  const checks: Record<string, Check> = {
    'webpack 5': (packed) => webpackProblems(packed, {}),
    'webpack without exports': (packed) =>
      webpackProblems(packed, { exportsFields: [], fullySpecified: false }),
    Vite: viteProblems,
    esbuild: async (packed) => [
      ...(await esbuildProblems(packed, pageEntries(packed), 'browser')),
      ...(await esbuildProblems(packed, allEntries(packed), 'node')),
    ],
    Metro: async (packed) => [...metroProblems(packed, true), ...metroProblems(packed, false)],
    'ts-jest in CommonJS, with msw': tsJestProblems,
  };
  return {
    name: 'resolvers',
    run: async () => {
      const packed = await packing.get();
      const problems: string[] = [];
      // One after the other: each of them keeps all of the machine busy.
      for (const [tool, check] of Object.entries(checks))
        problems.push(...(await check(packed)).map((problem) => `${tool}: ${problem}`));
      return {
        ok: problems.length === 0,
        output: problems.join('\n'),
        note: Object.keys(checks).join(', '),
      };
    },
  };
}

/** The entries that a page may load; those of the others need a Node. */
const pageEntries = ({ packages }: Packed): Entry[] =>
  packages.filter(({ id }) => !PACKAGES[id]?.builtins).flatMap(({ entries }) => entries);

const allEntries = ({ packages }: Packed): Entry[] => packages.flatMap(({ entries }) => entries);

/** A module that imports everything of these entries. */
function moduleOf(entries: readonly Entry[], folder: string): string {
  const file = path.join(folder, 'entry.mjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    file,
    entries.map(({ name }, index) => `export * as entry${index} from '${name}';`).join('\n'),
  );
  return file;
}

async function webpackProblems(packed: Packed, resolve: Resolving): Promise<string[]> {
  const folder = path.join(packed.project, `webpack${Object.keys(resolve).length}`);
  return failureOf(
    runWebpack(moduleOf(pageEntries(packed), folder), path.join(folder, 'out'), resolve),
  );
}

async function viteProblems(packed: Packed): Promise<string[]> {
  const folder = path.join(packed.project, 'vite');
  const entry = moduleOf(pageEntries(packed), folder);
  return failureOf(
    buildWithVite({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      build: { write: false, lib: { entry, formats: ['es'] }, rolldownOptions: { external: [] } },
    }),
  );
}

async function esbuildProblems(
  { project }: Packed,
  entries: readonly Entry[],
  platform: 'browser' | 'node',
): Promise<string[]> {
  const folder = path.join(project, `esbuild-${platform}`);
  const entry = moduleOf(entries, folder);
  return failureOf(
    buildWithEsbuild({
      entryPoints: [entry],
      bundle: true,
      write: false,
      platform,
      format: 'esm',
      // Compiled for a machine; nothing bundles that.
      loader: { '.node': 'empty' },
      logLevel: 'silent',
    }),
  );
}

async function failureOf(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** React Native's resolver, with the defaults of its bundler. */
function metroProblems({ project, ...packed }: Packed, readsExports: boolean): string[] {
  const origin = path.join(project, 'metro', 'index.js');
  const read = (file: string): Record<string, unknown> | null =>
    existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : null;
  const look = (file: string) =>
    existsSync(file)
      ? ({ exists: true, type: statSync(file).isFile() ? 'f' : 'd', realPath: file } as const)
      : ({ exists: false } as const);
  const context = {
    allowHaste: false,
    assetExts: new Set<string>(),
    customResolverOptions: {},
    dev: false,
    disableHierarchicalLookup: false,
    doesFileExist: (file: string) => existsSync(file) && statSync(file).isFile(),
    extraNodeModules: null,
    fileSystemLookup: look,
    getPackage: read,
    getPackageForModule: (file: string) => packageAround(file, read),
    isESMImport: true,
    mainFields: ['react-native', 'browser', 'main'],
    nodeModulesPaths: [],
    originModulePath: origin,
    preferNativePlatform: true,
    redirectModulePath: (file: string) => file,
    resolveAsset: () => null,
    resolveHasteModule: () => undefined,
    resolveHastePackage: () => undefined,
    sourceExts: ['js', 'jsx', 'json', 'ts', 'tsx'],
    unstable_conditionNames: ['react-native'],
    unstable_conditionsByPlatform: {},
    unstable_enablePackageExports: readsExports,
    unstable_incrementalResolution: false,
    unstable_logWarning: () => {},
  };
  return allEntries({ project, ...packed }).flatMap(({ name }) => {
    try {
      resolveAsMetro(context, name, 'ios');
      return [];
    } catch (error) {
      return [
        `${readsExports ? 'with' : 'without'} exports, ${name}: ${String(error).split('\n')[0]}`,
      ];
    }
  });
}

function packageAround(file: string, read: (file: string) => Record<string, unknown> | null) {
  for (let folder = file; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const packageJson = read(path.join(folder, 'package.json'));
    if (packageJson !== null)
      return { rootPath: folder, packageJson, packageRelativePath: path.relative(folder, file) };
    if (path.basename(folder) === 'node_modules') return null;
  }
  return null;
}
