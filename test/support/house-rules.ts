import { isBuiltin } from 'node:module';
import { readSource } from './source-file.ts';

export interface PackageRules {
  /** What may be imported, besides files of the package itself. */
  imports: readonly string[];
  /** What may be imported for its types, which are gone at run time. */
  types?: readonly string[];
  /** May use `node:` modules. */
  builtins?: true;
  /** Runs wherever JavaScript runs, React Native and workerd included. */
  everywhere?: true;
}

/** Which way the packages depend on each other, by the name of their folder. A new package is added here first. */
export const RULES: Record<string, PackageRules> = {
  core: { imports: ['async-mutex'], everywhere: true },
  axios: { imports: ['unexpired', 'unexpired/adapter', 'axios'], everywhere: true },
  fetch: { imports: ['unexpired', 'unexpired/adapter'], types: ['ky'], everywhere: true },
  oauth: { imports: ['unexpired', 'oauth4webapi'] },
  browser: { imports: ['unexpired', 'unexpired/adapter'] },
  node: { imports: ['unexpired', 'unexpired/adapter', 'fs-native-extensions'], builtins: true },
  redis: { imports: ['unexpired', 'unexpired/adapter'], types: ['redis', 'ioredis'] },
  testing: { imports: ['unexpired', 'unexpired/adapter', 'msw'], builtins: true },
};

const NOT_EVERYWHERE = {
  members: ['AbortSignal.any', 'AbortSignal.timeout'],
  globals: [
    'process',
    'Buffer',
    'window',
    'document',
    'localStorage',
    'sessionStorage',
    'indexedDB',
    'navigator',
    '__dirname',
    'require',
  ],
};

/** Every rule that this file of this package breaks, a sentence each. */
export function brokenRules(rules: PackageRules, code: string): string[] {
  const source = readSource(code);
  const broken = source.imports
    .filter(({ from, typeOnly }) => !mayImport(rules, from, typeOnly))
    .map(({ from, typeOnly }) => `imports ${typeOnly ? 'types of ' : ''}${from}`);
  broken.push(...source.moduleState.map((name) => `keeps state at module level: ${name}`));
  if (rules.everywhere) {
    broken.push(
      ...source.members
        .filter((name) => NOT_EVERYWHERE.members.includes(name))
        .map((name) => `uses ${name}`),
    );
    broken.push(
      ...source.globals
        .filter((name) => NOT_EVERYWHERE.globals.includes(name))
        .map((name) => `uses ${name}`),
    );
  }
  return broken;
}

function mayImport(rules: PackageRules, from: string, typeOnly: boolean): boolean {
  if (from.startsWith('./') || from.startsWith('../')) return true;
  if (isBuiltin(from)) return rules.builtins === true && from.startsWith('node:');
  return rules.imports.includes(from) || (typeOnly && rules.types?.includes(from) === true);
}
