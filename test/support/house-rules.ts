import { isBuiltin } from 'node:module';
import type { PackageRow } from '../../scripts/house.ts';
import { readSource } from './source-file.ts';

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
export function brokenRules(rules: PackageRow, code: string): string[] {
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

function mayImport(rules: PackageRow, from: string, typeOnly: boolean): boolean {
  if (from.startsWith('./') || from.startsWith('../')) return true;
  if (isBuiltin(from)) return rules.builtins === true && from.startsWith('node:');
  return rules.imports.includes(from) || (typeOnly && rules.types?.includes(from) === true);
}
