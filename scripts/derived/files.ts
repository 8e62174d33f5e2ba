import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGES } from '../house.ts';
import { type Package, publicPackages, root, sourcesByName } from '../workspace.ts';
import { fieldsBesideExports, foldersOfEntries, withFields } from './manifest.ts';
import { fieldsOfOwner, ownersAnswers } from './owner.ts';

/** A file whose content, in whole or in part, follows from what the packages say of themselves. */
export interface DerivedFile {
  /** From the root of the repository, with slashes. */
  readonly file: string;
  readonly content: string;
}

/** All of them, as they are to be. `npm run derive` writes them, and test/derived.test.ts compares. */
export function derivedFiles(): DerivedFile[] {
  const answers = ownersAnswers(readFileSync(path.join(root, 'RELEASING.md'), 'utf8'));
  return [
    compilerPaths(),
    ...publicPackages().flatMap((one) =>
      manifestsOf(one, (folder) => fieldsOfOwner(answers, folder)),
    ),
  ];
}

/** The package.json of a package, and those that lead older tools to its entries. */
function manifestsOf(
  { id, folder, entries }: Package,
  owned: (directory: string) => Record<string, unknown>,
): DerivedFile[] {
  const place = `packages/${id}`;
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const folders = foldersOfEntries(entries);
  const fields = {
    ...owned(place),
    files: ['dist', ...(PACKAGES[id]?.files ?? []), ...folders.map((each) => each.folder)],
    ...fieldsBesideExports(entries),
  };
  return [
    { file: `${place}/package.json`, content: json(withFields(manifest, fields)) },
    ...folders.map((each) => ({
      file: `${place}/${each.folder}/package.json`,
      content: json(each.manifest),
    })),
  ];
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
  return { file, content: json(config) };
}

const isOurs = (name: string): boolean => /^(?:@unexpired\/|unexpired(?:\/|$))/.test(name);

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
