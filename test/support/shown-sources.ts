import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/workspace.ts';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The sources that a page shows under their names, and those of a folder: a page shows what is compiled and tested, as it is. */
export function shownAndThere(
  page: string,
  folder: string,
): { readonly shown: Record<string, string>; readonly there: Record<string, string> } {
  const blocks = [...read(page).matchAll(/<!-- (\S+) -->\n+```ts\n([^]*?)```/g)];
  return {
    shown: Object.fromEntries(blocks.map(([, file = '', code = '']) => [file, code])),
    there: Object.fromEntries(
      readdirSync(path.join(root, folder)).map((file) => [
        `${folder}/${file}`,
        read(`${folder}/${file}`),
      ]),
    ),
  };
}
