import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { publicPackages } from '../scripts/workspace.ts';
import { brokenRules, type PackageRules, RULES } from './support/house-rules.ts';
import { readSource } from './support/source-file.ts';

const packages = publicPackages().map((one) => ({
  ...one,
  files: globSync('src/**/*.ts', { cwd: one.folder }).map((file) => ({
    file,
    code: readFileSync(path.join(one.folder, file), 'utf8'),
  })),
}));

describe.each(packages)('packages/$id', ({ id, folder, files, manifest }) => {
  it('has rules and sources to hold against them', () => {
    expect(Object.keys(RULES)).toContain(id);
    expect(files).not.toEqual([]);
  });

  it('imports only what its place in the house allows, keeps no state at module level, uses only what its runtimes have', () => {
    const rules = RULES[id] ?? { imports: [] };
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

describe('the rules notice', () => {
  const core = RULES['core'] as PackageRules;
  const axios = RULES['axios'] as PackageRules;
  const fetch = RULES['fetch'] as PackageRules;
  const oauth = RULES['oauth'] as PackageRules;

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
