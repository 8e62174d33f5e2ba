import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../scripts/workspace.ts';

const GENERATED = ['node_modules', 'dist', '.git', 'coverage', '.cache', 'reports', '.stryker-tmp'];

// The backslashes keep these patterns from finding themselves.
const FORBIDDEN = [
  { what: 'a path of one machine', pattern: /(^|[\s"'`(=:,])\/(work|root|home|tmp|Users)\/[\w.-]/ },
  { what: 'a path of one machine', pattern: /\b[A-Z]:\\(Users|Windows)\\/ },
  {
    what: 'a registry',
    pattern: /\bregistry\.(npmjs|yarnpkg|npmmirror)\.|\bnpm\.jsr\.|\bnpm\.pkg\.github\./,
  },
  { what: 'a registry', pattern: /\bregistry\s*=\s*"?https?:/ },
];

function files(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !GENERATED.includes(name) && !name.endsWith('.tgz'))
    .flatMap((entry) =>
      entry.isDirectory() ? files(path.join(folder, entry.name)) : [path.join(folder, entry.name)],
    );
}

function offences(file: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      FORBIDDEN.filter(({ pattern }) => pattern.test(line)).map(
        ({ what }) => `${file}:${index + 1} names ${what}`,
      ),
    );
}

describe('the repository', () => {
  it('names no path of one machine and no registry', () => {
    expect(
      files('').flatMap((file) => offences(file, readFileSync(path.join(root, file), 'utf8'))),
    ).toEqual([]);
  });

  it('locks packages by their content, never by an address', () => {
    const addresses = readFileSync(path.join(root, 'pnpm-lock.yaml'), 'utf8')
      .split('\n')
      .filter((line) => /https?:|tarball:/.test(line));
    expect(addresses).toEqual([]);
  });

  it('leaves the choice of the registry to the machine', () => {
    expect(existsSync(path.join(root, '.npmrc'))).toBe(false);
  });

  it.each([
    ['/tm', 'p/a.json'],
    ['cd /ro', 'ot/project'],
    ['"/ho', 'me/me/project"'],
    ['https://registry.npm', 'js.org/a'],
    ['regis', 'try=https://example.com'],
  ])('would notice %s%s', (start, end) => {
    expect(offences('file', `${start}${end}`)).toHaveLength(1);
  });
});
