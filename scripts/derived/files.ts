import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, sourcesByName } from '../workspace.ts';

/** A file whose content, in whole or in part, follows from what the packages say of themselves. */
export interface DerivedFile {
  /** From the root of the repository, with slashes. */
  readonly file: string;
  readonly content: string;
}

/** All of them, as they are to be. `npm run derive` writes them, and test/derived.test.ts compares. */
export function derivedFiles(): DerivedFile[] {
  return [compilerPaths()];
}

/** The paths by which the compiler, and esbuild with it, finds the sources. Those of other packages stay as they are. */
function compilerPaths(): DerivedFile {
  const file = 'tsconfig.check.json';
  const config = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as {
    compilerOptions: { paths: Record<string, string[]> };
  };
  const others = Object.entries(config.compilerOptions.paths).filter(([name]) => !isOurs(name));
  const ours = Object.entries(sourcesByName()).map(([name, source]) => [name, [`./${source}`]]);
  config.compilerOptions.paths = Object.fromEntries([...others, ...ours]) as Record<
    string,
    string[]
  >;
  return { file, content: `${JSON.stringify(config, undefined, 2)}\n` };
}

const isOurs = (name: string): boolean => /^(?:@unexpired\/|unexpired(?:\/|$))/.test(name);
