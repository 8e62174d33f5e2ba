import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { templatesOf } from '../apps/src/files.ts';
import { apps } from '../apps/src/list.ts';
import { packagesOf } from '../apps/src/install.ts';
import type { App } from '../apps/src/app.ts';
import { fill } from '../apps/src/page.ts';
import { list, samples } from '../apps/src/samples.ts';
import { PAGE, titleOf, titlesIn } from '../apps/src/table.ts';
import { root } from '../scripts/workspace.ts';

const read = (...file: string[]): string => readFileSync(path.join(root, ...file), 'utf8');

const filesOf = (app: Pick<App, 'id' | 'folders'>): (readonly [file: string, text: string])[] =>
  templatesOf(app).map(({ folder, file }) => [file, readFileSync(path.join(folder, file), 'utf8')]);

it('docs/apps.md has each app, in the order of the list', () => {
  expect(titlesIn(read(PAGE))).toEqual(apps.map(titleOf));
});

it('seven apps are quick', () => {
  expect(apps.filter(({ quick }) => quick).map(({ id }) => id)).toHaveLength(7);
});

it('apps/package.json brings nothing that no app has', () => {
  const { dependencies } = JSON.parse(read('apps', 'package.json')) as {
    dependencies: Record<string, string>;
  };
  const had = new Set([...apps, ...samples].flatMap(packagesOf));
  expect(Object.keys(dependencies).filter((name) => !had.has(name))).toEqual([]);
});

describe.each(apps)('the app $id', (app) => {
  it('has every import of ours from a block of a page', () => {
    const ours = filesOf(app).flatMap(([file, text]) =>
      (text.match(/.*['"](?:unexpired|@unexpired\/[\w-]+)(?:\/[\w-]+)?['"].*/g) ?? []).map(
        (line) => `${file}: ${line}`,
      ),
    );
    expect(ours).toEqual([]);
  });
});

describe.each([...apps, ...samples])('the blocks of $id', (app) => {
  it('come from the pages that it names, and from each of them', () => {
    const from = filesOf(app).flatMap(([, text]) =>
      [...text.matchAll(/^\s*\/\/ from ([^#\s]+)#/gm)].map(([, page]) => page),
    );
    expect(new Set(from)).toEqual(new Set(app.pages));
  });

  it('are found', () => {
    for (const [, text] of filesOf(app)) expect(fill(text)).not.toMatch(/^\s*\/\/ from /m);
  });
});

// A block in a file that nothing starts would count as run.
it.each(list)('each file of apps/samples/$id is a program, or part of one', ({ id, programs }) => {
  const texts = new Map(filesOf({ id, folders: [`samples/${id}`] }));
  const reached = new Set<string>();
  const visit = (file: string): void => {
    const text = reached.has(file) ? undefined : texts.get(file);
    if (text === undefined) return;
    reached.add(file);
    for (const [, to = ''] of text.matchAll(/from '\.\/([^']+)'/g)) visit(to);
  };
  for (const { file } of programs) visit(file);
  const parts = [...texts.keys()].filter((file) => !/^(?:@|src\/)/.test(file));
  expect(parts.filter((file) => !reached.has(file))).toEqual([]);
});
