import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { derivedFiles } from '../scripts/derived/files.ts';
import { entriesOf, publicPackages, root, sourcesByName } from '../scripts/workspace.ts';

// The layout is the formatter's.
const contentOf = (file: string): unknown =>
  existsSync(path.join(root, file))
    ? JSON.parse(readFileSync(path.join(root, file), 'utf8'))
    : 'missing';

describe('what follows from the package.json files', () => {
  it.each(derivedFiles())('is in $file (`npm run derive` writes it)', ({ file, content }) => {
    expect(contentOf(file)).toEqual(JSON.parse(content));
  });
});

describe('the entries of a package', () => {
  it('have a source each, named after the entry', () => {
    expect(
      entriesOf({ name: 'a', version: '1', exports: { '.': {}, './b': {}, './package.json': '' } }),
    ).toEqual([
      { name: 'a', key: '.', source: 'src/index.ts' },
      { name: 'a/b', key: './b', source: 'src/b.ts' },
    ]);
  });

  it('lead to sources that exist', () => {
    const sources = Object.values(sourcesByName());
    expect(sources.length).toBeGreaterThan(publicPackages().length);
    expect(sources.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});
