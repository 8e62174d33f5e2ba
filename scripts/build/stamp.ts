import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, type Package, root } from '../workspace.ts';

// Whatever else decides what a build writes: the bundler's version is in the lockfile.
const SHARED_INPUTS = [
  'tsdown.base.ts',
  'scripts/workspace.ts',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'pnpm-lock.yaml',
];

/** Names the content of everything that a package is built from, the builds of the packages below it included. */
export function inputKey(one: Package, keysBelow: readonly string[]): string {
  const own = ['package.json', 'tsconfig.build.json', 'tsdown.config.ts'].map((file) =>
    path.join(one.folder, file),
  );
  const shared = SHARED_INPUTS.map((file) => path.join(root, file));
  return digest([...shared, ...own, ...filesBelow(path.join(one.folder, 'src'))], keysBelow);
}

/** True when dist holds, byte for byte, what the last complete build from these inputs wrote. */
export function isBuilt(one: Package, input: string): boolean {
  const file = stampFile(one);
  return existsSync(file) && readFileSync(file, 'utf8') === stamp(one, input);
}

export function forgetBuild(one: Package): void {
  rmSync(stampFile(one), { force: true });
}

export function rememberBuild(one: Package, input: string): void {
  mkdirSync(path.dirname(stampFile(one)), { recursive: true });
  writeFileSync(stampFile(one), stamp(one, input));
}

function stamp(one: Package, input: string): string {
  return `${input} ${digest(filesBelow(path.join(one.folder, 'dist')), [])}`;
}

function stampFile(one: Package): string {
  return path.join(cacheFolder, `build-${one.id}`);
}

function digest(files: readonly string[], extra: readonly string[]): string {
  const hash = createHash('sha256').update(extra.join('\n'));
  for (const file of files)
    hash.update(`\0${path.relative(root, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
