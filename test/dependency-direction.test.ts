import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type PackageRow, PACKAGES } from '../scripts/house.ts';
import { publicPackages, root } from '../scripts/workspace.ts';
import { wrongArrows } from './support/core-house.ts';
import { brokenRules } from './support/house-rules.ts';
import { circlesIn, type ImportGraph, importsWithin } from './support/imports.ts';
import { readSource } from './support/source-file.ts';
import { ARROWS, CIRCLES } from './support/still-to-mend.ts';

const packages = publicPackages().map((one) => ({
  ...one,
  files: globSync('src/**/*.ts', { cwd: one.folder }).map((file) => ({
    file,
    code: readFileSync(path.join(one.folder, file), 'utf8'),
  })),
}));

describe.each(packages)('packages/$id', ({ id, folder, files, manifest }) => {
  it('has rules and sources to hold against them', () => {
    expect(Object.keys(PACKAGES)).toContain(id);
    expect(files).not.toEqual([]);
  });

  it('imports only what its place in the house allows, keeps no state at module level, uses only what its runtimes have', () => {
    const rules = PACKAGES[id] ?? { imports: [] };
    expect(
      files.flatMap(({ file, code }) =>
        brokenRules(rules, code).map((broken) => `${file} ${broken}`),
      ),
    ).toEqual([]);
  });

  it('imports no file from outside of its own src', () => {
    const source = path.join(folder, 'src') + path.sep;
    const outside = files.flatMap(({ file, code }) =>
      readSource(code)
        .imports.filter(({ from }) => from.startsWith('.'))
        .filter(({ from }) => !path.resolve(folder, path.dirname(file), from).startsWith(source))
        .map(({ from }) => `${file} imports ${from}`),
    );
    expect(outside).toEqual([]);
  });

  it('does not ship with the testing package', () => {
    expect(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })).not.toContain(
      '@unexpired/testing',
    );
  });
});

describe('imports', () => {
  it('go round in no circle, in no source, test, example or script', () => {
    const inside = globSync('{packages,examples}/*/{src,test}', { cwd: root });
    const folders = [...inside, 'benchmarks/src', 'scripts', 'test'].map((name) =>
      path.join(root, name),
    );
    expect(folders.length).toBeGreaterThan(2 * packages.length);
    const circles = folders.flatMap((folder) =>
      circlesIn(importsWithin(folder)).map(
        (files) => `${path.relative(root, folder).replaceAll('\\', '/')}: ${files.join(', ')}`,
      ),
    );
    expect(circles).toEqual(CIRCLES);
  });

  it('of the core point down, from room to room, as its house has them', () => {
    const graph = importsWithin(path.join(root, 'packages', 'core', 'src'));
    expect(graph.size).toBeGreaterThan(40);
    expect(wrongArrows(graph)).toEqual(ARROWS);
  });
});

/** `a: 'b, type c'`: the file a imports b, and types of c. */
function graphOf(files: Record<string, string>): ImportGraph {
  return new Map(
    Object.entries(files).map(([file, imports]) => [
      file,
      imports
        .split(', ')
        .filter((name) => name !== '')
        .map((name) => ({ file: name.replace('type ', ''), typeOnly: name.startsWith('type ') })),
    ]),
  );
}

describe('a circle is', () => {
  it.each<[string, Record<string, string>, string[][]]>([
    ['two files that import each other', { a: 'b', b: 'a' }, [['a', 'b']]],
    ['the same by types alone', { a: 'type b', b: 'type a' }, [['a', 'b']]],
    ['a way round through others', { a: 'b', b: 'c', c: 'a', d: 'a' }, [['a', 'b', 'c']]],
    ['a file that imports itself', { a: 'a' }, [['a']]],
    [
      'each of two apart',
      { a: 'b', b: 'a, c', c: 'd', d: 'c' },
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['one, where two meet in a file', { a: 'b', b: 'a, c', c: 'b' }, [['a', 'b', 'c']]],
    ['not two ways to the same file', { a: 'b, c', b: 'd', c: 'd', d: '' }, []],
    ['not what leads out of the folder', { a: '../b', b: 'a' }, []],
  ])('%s', (_name, files, circles) => {
    expect(circlesIn(graphOf(files))).toEqual(circles);
  });
});

describe('the house of the core', () => {
  it.each<[string, Record<string, string>]>([
    ['down to the next row', { 'manager/a.ts': 'refresh/b.ts' }],
    ['down over several', { 'stores/a.ts': 'time/b.ts', 'index.ts': 'tokens/c.ts' }],
    ['within a room', { 'session/a.ts': 'session/b.ts' }],
    ['types of a home, from what shares a session', { 'shared/a.ts': 'type manager/home.ts' }],
    [
      'both of them to the flight',
      { 'shared/a.ts': 'refresh/flight-types.ts', 'manager/b.ts': 'refresh/flight-types.ts' },
    ],
  ])('lets %s', (_name, files) => {
    expect(wrongArrows(graphOf(files))).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['up', 'session/a.ts', 'refresh/b.ts'],
    ['up by types', 'refresh/a.ts', 'type manager/home.ts'],
    ['from a manager to what shares', 'manager/a.ts', 'shared/b.ts'],
    ['from what shares to a manager', 'shared/a.ts', 'manager/b.ts'],
    ['a home as code', 'shared/a.ts', 'manager/home.ts'],
    ['side by side below', 'http/a.ts', 'session/b.ts'],
    ['back to the main entry', 'manager/a.ts', 'index.ts'],
    ['into a room that it does not have', 'manager/a.ts', 'utils/b.ts'],
  ])('stops an import %s', (_name, from, to) => {
    expect(wrongArrows(graphOf({ [from]: to }))).toEqual([`${from} -> ${to.replace('type ', '')}`]);
  });

  it('has a room for each file', () => {
    expect(wrongArrows(graphOf({ 'utils/a.ts': '', 'helpers.ts': '' }))).toEqual([
      'helpers.ts: no room',
      'utils/a.ts: no room',
    ]);
  });
});

describe('the rules notice', () => {
  const core = PACKAGES['core'] as PackageRow;
  const axios = PACKAGES['axios'] as PackageRow;
  const fetch = PACKAGES['fetch'] as PackageRow;
  const oauth = PACKAGES['oauth'] as PackageRow;

  it.each([
    ['a builtin in core', core, `import { join } from 'node:path';`, 'imports node:path'],
    ['a builtin without its prefix', core, `import fs from 'fs';`, 'imports fs'],
    ['a dependency that core may not have', core, `import { z } from 'zod';`, 'imports zod'],
    ['a re-export', core, `export { z } from 'zod';`, 'imports zod'],
    ['a re-export of everything', core, `export * from 'zod';`, 'imports zod'],
    ['a dynamic import', core, `export const load = () => import('zod');`, 'imports zod'],
    ['a require', oauth, `export const load = () => require('zod');`, 'imports zod'],
    [
      'a type from elsewhere',
      core,
      `export type A = import('axios').AxiosInstance;`,
      'imports types of axios',
    ],
    ['a client imported at run time', fetch, `import ky from 'ky';`, 'imports ky'],
    [
      'an import that only looks erased',
      fetch,
      `import { type KyInstance } from 'ky';`,
      'imports ky',
    ],
    [
      'an adapter that imports another one',
      axios,
      `import { createAuthFetch } from '@unexpired/fetch';`,
      'imports @unexpired/fetch',
    ],
    [
      'something shipped that imports testing',
      oauth,
      `import { clock } from '@unexpired/testing';`,
      'imports @unexpired/testing',
    ],
    [
      'a let at module level',
      core,
      `let count = 0; export const next = () => ++count;`,
      'keeps state at module level: count',
    ],
    ['an exported let', core, `export let count = 0;`, 'keeps state at module level: count'],
    [
      'a collection at module level',
      core,
      `const seen = new WeakMap<object, string>();`,
      'keeps state at module level: seen',
    ],
    [
      'AbortSignal.timeout',
      core,
      `export const signal = () => AbortSignal.timeout(1);`,
      'uses AbortSignal.timeout',
    ],
    [
      'AbortSignal.any behind globalThis',
      axios,
      `export const s = () => globalThis.AbortSignal.any([]);`,
      'uses AbortSignal.any',
    ],
    ['a global of Node', core, `export const debug = process.env['DEBUG'];`, 'uses process'],
  ])('%s', (_name, rules, code, broken) => {
    expect(brokenRules(rules, code)).toContain(broken);
  });

  it.each([
    ['types of the client', fetch, `import type { KyInstance } from 'ky';`],
    // It asks its peer for an adapter by its name, which only axios's static object can tell.
    ['axios, which its own adapter asks', axios, `import axios from 'axios';`],
    [
      'an extension of the client’s types',
      axios,
      `declare module 'axios' { interface A { tokens?: false } }`,
    ],
    ['the core, for adapter authors', axios, `import { mayReplay } from 'unexpired/adapter';`],
    [
      'constants',
      core,
      `const CODES = new Set(['a']); const NAMES = ['b']; export const has = (a: string) => CODES.has(a) || NAMES.includes(a);`,
    ],
    [
      'state inside of a function',
      core,
      `export function make() { let count = 0; const all = new Map(); return () => all.size + ++count; }`,
    ],
    [
      'properties named like globals',
      core,
      `export const read = (a: { process: 1 }) => a.process;`,
    ],
    [
      'a global taken from globalThis with care',
      core,
      `export function base() { const { document } = globalThis as { document?: A }; return document?.a; }`,
    ],
    [
      'its own files',
      core,
      `import { a } from './a.ts'; import { b } from '../b.ts'; export { a, b };`,
    ],
  ])('nothing wrong in %s', (_name, rules, code) => {
    expect(brokenRules(rules, code)).toEqual([]);
  });
});
