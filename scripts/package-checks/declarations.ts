import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTool } from '../command.ts';
import { concurrently } from '../concurrently.ts';
import type { Step } from '../steps/step.ts';
import { root } from '../workspace.ts';
import type { Packed, PackedPackage, Packing } from './packed-types.ts';

/** From the newest that users have to the oldest. */
export const COMPILERS = [
  'typescript',
  'typescript-6.0',
  'typescript-5.9',
  'typescript-5.8',
  'typescript-5.7',
  'typescript-5.6',
];
/** Those of the normal run: what a version in between takes, or does not, is seen in the long one. */
const NEWEST_AND_OLDEST = ['typescript', 'typescript-5.6'];
/** @types/pg brings declarations that need TypeScript 5.7; users of an older one skip them, or pin it. */
const NEEDS_NEWER: Readonly<Record<string, RegExp>> = {
  'typescript-5.6': /node_modules\/pg-protocol\//,
};
/** No CommonJS declaration file may import the types of an ESM-only package, such as ky and oauth4webapi. */
const WITHOUT_ESM_TYPES = new Set(['typescript-5.6', 'typescript-5.7']);

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  // Our declarations are to be right for those who check them, not only for those who look away.
  skipLibCheck: false,
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: ['node'],
};

/** The ways in which users' compilers find a package. */
const RESOLUTIONS: readonly Resolution[] = [
  { name: 'esm', type: 'module', options: { module: 'nodenext', moduleResolution: 'nodenext' } },
  { name: 'cjs', type: 'commonjs', options: { module: 'nodenext', moduleResolution: 'nodenext' } },
  { name: 'node16', type: 'module', options: { module: 'node16', moduleResolution: 'node16' } },
  { name: 'bundler', type: 'module', options: { module: 'esnext', moduleResolution: 'bundler' } },
  // Reads no "exports". TypeScript 6 only has it under protest, and 7 not any more.
  {
    name: 'node10',
    type: 'commonjs',
    options: { module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true },
    compilers: COMPILERS.filter((compiler) => compiler.startsWith('typescript-5.')),
  },
];

interface Resolution {
  name: string;
  type: 'commonjs' | 'module';
  options: Record<string, unknown>;
  compilers?: readonly string[];
}

/** The declarations that users' compilers read: complete, free of `any`, and good for the type tests of the sources too. */
export function declarationsStep(packing: Packing, compilers = NEWEST_AND_OLDEST): Step {
  return {
    name: 'consumers',
    run: async () => {
      const packed = await packing.get();
      const runs = RESOLUTIONS.flatMap((resolution) => {
        const folder = writeProject(packed, resolution);
        return compilers
          .filter((compiler) => resolution.compilers?.includes(compiler) ?? true)
          .map((compiler) => ({ resolution: resolution.name, folder, compiler }));
      });
      const problems = [...holes(packed), ...(await concurrently(runs, compile)).flat()];
      return { ok: problems.length === 0, output: problems.join('\n'), note: compilers.join(', ') };
    },
  };
}

// A user of CommonJS and an older compiler has skipLibCheck on, and gets the right types all the same.
async function compile({
  resolution,
  folder,
  compiler,
}: {
  resolution: string;
  folder: string;
  compiler: string;
}): Promise<string[]> {
  const lenient = resolution === 'cjs' && WITHOUT_ESM_TYPES.has(compiler) ? ['--skipLibCheck'] : [];
  const { ok, output } = await runTool(compiler, ['-p', folder, '--pretty', 'false', ...lenient], {
    bin: 'tsc',
    cwd: folder,
  });
  // The type tests await at the top level; what they say about types holds without that.
  const isCommonjs = resolution === 'cjs' || resolution === 'node10';
  const isKnown = (line: string): boolean =>
    (isCommonjs && isTopLevelAwait(line)) || Boolean(NEEDS_NEWER[compiler]?.test(line));
  const lines = output.split('\n');
  const others = lines.filter((line) => !isKnown(line));
  const fine = ok || (others.length < lines.length && others.join('').trim() === '');
  return fine ? [] : [`${compiler}, ${resolution}:\n${others.join('\n')}`];
}

function isTopLevelAwait(line: string): boolean {
  return /error TS(?:1309|1378):/.test(line);
}

// The bundler writes `any` where it cannot resolve an import, and a compiler accepts that everywhere. An `any` that the
// sources have in the same place is meant, and the linter has seen it.
function holes({ packages, project }: Packed): string[] {
  return packages.flatMap(({ name, folder }) => {
    const sources = globSync('src/**/*.ts', { cwd: folder }).map((file) =>
      compact(path.join(folder, file)),
    );
    const installed = path.join(project, 'node_modules', name);
    return globSync('dist/**/*.d.{mts,cts}', { cwd: installed }).flatMap((file) =>
      placesOfAny(compact(path.join(installed, file)))
        .filter((place) => !sources.some((source) => source.includes(place)))
        .map((place) => `${name}/${file} says any where the sources do not: ${place}`),
    );
  });
}

function placesOfAny(code: string): string[] {
  return [...code.matchAll(/(?<![\w$])any(?![\w$])/g)].map(({ index }) =>
    code.slice(Math.max(0, index - 15), index + 3),
  );
}

function compact(file: string): string {
  return withoutCommentsAndStrings(readFileSync(file, 'utf8')).replaceAll(/\s+/g, '');
}

function withoutCommentsAndStrings(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|"[^"\n]*"/g, '');
}

function writeProject({ packages, project }: Packed, resolution: Resolution): string {
  const folder = path.join(project, resolution.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: resolution.type }));
  writeFileSync(path.join(folder, 'entries.ts'), packages.map(entryChecks).join('\n'));
  for (const file of typeTests(resolution.name))
    cpSync(path.join(root, file), path.join(folder, file));
  const config = { compilerOptions: { ...STRICT, ...resolution.options }, include: ['**/*'] };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config, undefined, 2));
  return folder;
}

// No export may be `any`: the type parameter of None takes nothing but never, which is the case when no key is left.
function entryChecks({ name, id, manifest }: PackedPackage): string {
  return Object.keys(manifest.exports ?? {})
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry, index) => {
      const alias = `${id}${index}`;
      return [
        `import * as ${alias} from '${path.posix.join(name, entry)}';`,
        `type Any_${alias} = { [K in keyof typeof ${alias}]: 0 extends 1 & (typeof ${alias})[K] ? K : never }[keyof typeof ${alias}];`,
        `type None_${alias}<T extends never> = T;`,
        `export type Check_${alias} = None_${alias}<Any_${alias}>;`,
        '',
      ].join('\n');
    })
    .join('\n');
}

// Type tests import packages by their names only, so that the same file holds for the sources and for what is shipped.
// A CommonJS file cannot import ky, which is ESM only; the entries are checked there all the same. And the declarations of the
// others do not stand a check of their own by every compiler here, so who imports them is checked on the sources alone.
function typeTests(resolution: string): string[] {
  const without =
    resolution === 'cjs'
      ? /from '(?:ky|pg'|@apollo\/|@modelcontextprotocol\/)/
      : /from '(?:pg'|@apollo\/|@modelcontextprotocol\/)/;
  return globSync('{packages/*/test,test}/**/*{.test-d,.d}.ts', { cwd: root }).filter(
    (file) => !without.test(readFileSync(path.join(root, file), 'utf8')),
  );
}
