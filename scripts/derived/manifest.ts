import path from 'node:path';
import type { Entry } from '../workspace.ts';

const BUILT = './dist';

/** The name of an entry's files in dist. */
const fileOf = ({ source }: Entry): string => path.posix.basename(source, '.ts');

/** The entries besides the main one, whose names have a slash. */
const subpaths = (entries: readonly Entry[]): Entry[] => entries.filter(({ key }) => key !== '.');

/**
 * What stands beside `exports` for tools that do not read it: `main` and `module` at run time, `types` and `typesVersions` for
 * TypeScript with `moduleResolution: node10`. All of them lead to CommonJS but `module`, which only bundlers read.
 */
export function fieldsBesideExports(entries: readonly Entry[]): Record<string, unknown> {
  const versions = subpaths(entries).map((entry) => [
    entry.key.slice('./'.length),
    [`${BUILT}/${fileOf(entry)}.d.cts`],
  ]);
  return {
    main: `${BUILT}/index.cjs`,
    module: `${BUILT}/index.mjs`,
    types: `${BUILT}/index.d.cts`,
    ...(versions.length > 0 && { typesVersions: { '*': Object.fromEntries(versions) } }),
  };
}

/** For the same tools: a folder named like the entry, with a package.json that says where its files are. */
export function foldersOfEntries(
  entries: readonly Entry[],
): { folder: string; manifest: Record<string, string> }[] {
  return subpaths(entries).map((entry) => {
    const folder = entry.key.slice('./'.length);
    const built = path.posix.join(path.posix.relative(folder, ''), 'dist', fileOf(entry));
    return { folder, manifest: { main: `${built}.cjs`, module: `${built}.mjs` } };
  });
}

/** The same package.json with these members, before `exports` where they are new. */
export function withFields(
  manifest: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const members = Object.entries(manifest).filter(([name]) => !DERIVED.includes(name));
  const before = members.findIndex(([name]) => name === 'exports');
  return Object.fromEntries([
    ...members.slice(0, before).map(([name, value]) => [name, fields[name] ?? value] as const),
    ...Object.entries(fields).filter(([name]) => DERIVED.includes(name)),
    ...members.slice(before),
  ]);
}

const DERIVED = ['homepage', 'bugs', 'repository', 'main', 'module', 'types', 'typesVersions'];
