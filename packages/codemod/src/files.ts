import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Folders that hold what others wrote, or what a build made. */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage', 'out']);
/** What may use the library. Components are looked into, and refused. */
const SOURCES = /\.(?:[mc]?[jt]sx?|vue|svelte|astro)$/i;

/** The files of these paths that may use the library, in order; a file that is named is always one of them. */
export function filesOf(paths: readonly string[], cwd: string): string[] {
  return [...new Set(paths.flatMap((one) => found(path.resolve(cwd, one))))];
}

/** An empty path is none: it would be the folder that the program was started in. */
export function isFileOrFolder(one: string, cwd: string): boolean {
  const stats =
    one === '' ? undefined : statSync(path.resolve(cwd, one), { throwIfNoEntry: false });
  return stats !== undefined && (stats.isFile() || stats.isDirectory());
}

function found(place: string): string[] {
  if (statSync(place).isFile()) return [place];
  return readdirSync(place, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = path.join(place, entry.name);
      if (entry.isDirectory())
        return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : found(inside);
      const isSource = SOURCES.test(entry.name) && !/\.d\.[mc]?ts$/.test(entry.name);
      return entry.isFile() && isSource ? [inside] : [];
    });
}
