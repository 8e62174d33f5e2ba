import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const recipes = read('docs/recipes.md');

describe('docs/recipes.md', () => {
  it('shows the sources that are compiled and tested, all of them, as they are', () => {
    const shown = [...recipes.matchAll(/<!-- (\S+) -->\n+```ts\n([^]*?)```/g)].map(
      ([, path = '', code = '']) => [path, code],
    );
    const folder = 'examples/clients/src';
    const sources = readdirSync(new URL(`../../../${folder}`, import.meta.url)).map((file) => [
      `${folder}/${file}`,
      read(`${folder}/${file}`),
    ]);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(sources));
    expect(recipes.match(/```ts/g)).toHaveLength(sources.length);
  });

  it('names the versions that are tested', () => {
    const { dependencies } = JSON.parse(read('examples/clients/package.json')) as {
      dependencies: Record<string, string>;
    };
    const rows = [
      ...recipes.matchAll(/^\| \[(?:\.\.\. with )?([^\],]+).*?\]\(.*?\) \| (\S+) \|/gm),
    ];
    expect(rows).toHaveLength(11);
    expect(rows.map(([, name, version]) => [name, version])).toEqual(
      rows.map(([, name = '']) => [name, dependencies[name]]),
    );
  });
});
