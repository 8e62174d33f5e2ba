import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fieldsOfOwner, missingAnswers, ownersAnswers } from '../scripts/derived/owner.ts';
import { fieldsBesideExports, foldersOfEntries, withFields } from '../scripts/derived/manifest.ts';
import { entriesOf, publicPackages, root } from '../scripts/workspace.ts';

const TABLE = `
| Step | Command |
|---|---|
| one | test |

| What | Why | Value |
|---|---|---|
| repository | npm shows it | https://example.com/a/b |
| homepage | the site | <https://example.com> |
| bugs | faults | |
`;

describe('what only the owner knows', () => {
  it('is read from the table, filled in or not', () => {
    expect(ownersAnswers(TABLE)).toEqual([
      { what: 'repository', why: 'npm shows it', value: 'https://example.com/a/b' },
      { what: 'homepage', why: 'the site', value: 'https://example.com' },
      { what: 'bugs', why: 'faults', value: '' },
    ]);
  });

  it('goes into a package.json once it is filled in', () => {
    expect(fieldsOfOwner(ownersAnswers(TABLE), 'packages/core')).toEqual({
      homepage: 'https://example.com',
      repository: {
        type: 'git',
        url: 'git+https://example.com/a/b.git',
        directory: 'packages/core',
      },
    });
  });

  it('is asked for before a release, the rows that are empty and no others', () => {
    expect(missingAnswers(TABLE)).toEqual(['bugs: faults']);
  });

  it('is five things, each of which says why', () => {
    const answers = ownersAnswers(readFileSync(path.join(root, 'RELEASING.md'), 'utf8'));
    expect(answers.map(({ what }) => what)).toEqual([
      'repository',
      'homepage',
      'bugs',
      'security contact',
      'npm organisation',
    ]);
    expect(answers.filter(({ why }) => why === '')).toEqual([]);
  });
});

it('the packages that get one version are those that are published, and no other of the workspace', () => {
  const { linked } = JSON.parse(
    readFileSync(path.join(root, '.changeset/config.json'), 'utf8'),
  ) as {
    linked: string[][];
  };
  const patterns = linked.flat();
  const names = globSync('{packages/*,examples/*,benchmarks,runtimes,site}/package.json', {
    cwd: root,
  })
    .map(
      (file) => (JSON.parse(readFileSync(path.join(root, file), 'utf8')) as { name: string }).name,
    )
    .filter((name) => patterns.some((pattern) => path.matchesGlob(name, pattern)));
  expect(names.sort()).toEqual(
    publicPackages()
      .map(({ name }) => name)
      .sort(),
  );
});

describe('a published package', () => {
  it.each(publicPackages())('$name says what it is about and who made it', ({ manifest }) => {
    expect(manifest).toMatchObject({
      author: expect.any(String),
      description: expect.stringMatching(/\.$/),
      keywords: expect.arrayContaining(['access-token']),
      license: 'MIT',
    });
  });

  const entries = entriesOf({ name: 'a', version: '1', exports: { '.': {}, './b': {} } });

  it('leads tools that do not read exports to the same files', () => {
    expect(fieldsBesideExports(entries)).toEqual({
      main: './dist/index.cjs',
      module: './dist/index.mjs',
      types: './dist/index.d.cts',
      typesVersions: { '*': { b: ['./dist/b.d.cts'] } },
    });
    expect(foldersOfEntries(entries)).toEqual([
      { folder: 'b', manifest: { main: '../dist/b.cjs', module: '../dist/b.mjs' } },
    ]);
  });

  it('keeps the rest of its package.json as it is', () => {
    const manifest = { name: 'a', files: ['dist'], main: 'old', exports: {}, dependencies: {} };
    const fields = { files: ['dist', 'b'], main: 'new', types: 'new' };
    expect(Object.entries(withFields(manifest, fields))).toEqual(
      Object.entries({
        name: 'a',
        files: ['dist', 'b'],
        main: 'new',
        types: 'new',
        exports: {},
        dependencies: {},
      }),
    );
  });
});
