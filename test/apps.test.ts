import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { apps } from '../apps/src/list.ts';
import { packagesOf } from '../apps/src/install.ts';
import { fill } from '../apps/src/page.ts';
import { PAGE, titleOf, titlesIn } from '../apps/src/table.ts';
import { root } from '../scripts/workspace.ts';

const read = (...file: string[]): string => readFileSync(path.join(root, ...file), 'utf8');

const filesOf = (id: string): string[] =>
  globSync('**/*.{ts,tsx,mts,cts,js}', { cwd: path.join(root, 'apps', id, 'files') });

it('docs/apps.md has each app, in the order of the list', () => {
  expect(titlesIn(read(PAGE))).toEqual(apps.map(titleOf));
});

it('five apps are quick', () => {
  expect(apps.filter(({ quick }) => quick).map(({ id }) => id)).toHaveLength(5);
});

it('apps/package.json brings nothing that no app has', () => {
  const { dependencies } = JSON.parse(read('apps', 'package.json')) as {
    dependencies: Record<string, string>;
  };
  const had = new Set(apps.flatMap(packagesOf));
  expect(Object.keys(dependencies).filter((name) => !had.has(name))).toEqual([]);
});

describe.each(apps)('the app $id', ({ id, pages }) => {
  const files = filesOf(id).map((file) => [file, read('apps', id, 'files', file)] as const);

  it('has every import of ours from a block of a page', () => {
    const ours = files.flatMap(([file, text]) =>
      (text.match(/.*['"](?:unexpired|@unexpired\/[\w-]+)(?:\/[\w-]+)?['"].*/g) ?? []).map(
        (line) => `${file}: ${line}`,
      ),
    );
    expect(ours).toEqual([]);
  });

  it('takes its blocks from the pages that it names, and from each of them', () => {
    const from = files.flatMap(([, text]) =>
      [...text.matchAll(/^\s*\/\/ from ([^#\s]+)#/gm)].map(([, page]) => page),
    );
    expect(new Set(from)).toEqual(new Set(pages));
  });

  it('finds its blocks', () => {
    for (const [, text] of files) expect(fill(text)).not.toMatch(/^\s*\/\/ from /m);
  });
});
