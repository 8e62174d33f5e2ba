import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.dirname(import.meta.dirname);
export const cacheFolder = path.join(root, 'node_modules', '.cache', 'unexpired');

export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  packageManager?: string;
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** What users import from a package, and the source behind it. */
export interface Entry {
  /** As an import says it: `unexpired/adapter`. */
  name: string;
  /** As `exports` says it: `.` or `./adapter`. */
  key: string;
  /** The file, from the folder of the package: `src/adapter.ts`. */
  source: string;
}

/** One package that is published from here. */
export interface Package {
  name: string;
  /** The folder's own name: `core`, `axios`, ... */
  id: string;
  folder: string;
  manifest: Manifest;
  entries: Entry[];
  /** Other packages of this repository that its code imports. */
  uses: string[];
}

export function publicPackages(): Package[] {
  const parent = path.join(root, 'packages');
  const found = readdirSync(parent)
    .filter((id) => existsSync(path.join(parent, id, 'package.json')))
    .map((id) => ({
      id,
      folder: path.join(parent, id),
      manifest: readManifest(path.join(parent, id)),
    }))
    .filter(({ manifest }) => manifest.private !== true);
  const names = new Set(found.map(({ manifest }) => manifest.name));
  const all = found.map(({ id, folder, manifest }) => {
    const needed = { ...manifest.dependencies, ...manifest.peerDependencies };
    return {
      id,
      folder,
      manifest,
      name: manifest.name,
      entries: entriesOf(manifest),
      uses: Object.keys(needed).filter((name) => names.has(name)),
    };
  });
  return inDependencyOrder(all);
}

/** The entries that `exports` names. One rule leads to their sources: `./adapter` is `src/adapter.ts`, and `.` is `src/index.ts`. */
export function entriesOf({ name, exports = {} }: Manifest): Entry[] {
  return Object.keys(exports)
    .filter((key) => !key.endsWith('.json'))
    .map((key) => ({
      name: path.posix.join(name, key),
      key,
      source: `src/${key === '.' ? 'index' : key.slice('./'.length)}.ts`,
    }));
}

/** What each entry of each package is called, and its source from the root of the repository, with slashes on every system. */
export function sourcesByName(): Record<string, string> {
  return Object.fromEntries(
    publicPackages()
      .flatMap(({ id, entries }) =>
        entries.map(({ name, source }) => [name, `packages/${id}/${source}`] as const),
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}

function inDependencyOrder(packages: Package[]): Package[] {
  const ordered: Package[] = [];
  let rest = packages;
  while (rest.length > 0) {
    const ready = rest.filter(({ uses }) =>
      uses.every((name) => ordered.some((done) => done.name === name)),
    );
    if (ready.length === 0)
      throw new Error(
        `these packages depend on each other in a circle: ${rest.map(({ name }) => name).join(', ')}`,
      );
    ordered.push(...ready);
    rest = rest.filter((one) => !ready.includes(one));
  }
  return ordered;
}
