import { createRequire } from 'node:module';
import path from 'node:path';
import { sourcesByName } from './workspace.ts';

// jest is started by path, because its launcher in .bin cannot carry the flag that lets it load ES modules.
export function jestCommand(args: readonly string[]): string[] {
  const manifest = createRequire(import.meta.url).resolve('jest/package.json');
  return [
    '--experimental-vm-modules',
    '--no-warnings',
    path.join(path.dirname(manifest), 'bin', 'jest.js'),
    ...args,
  ];
}

/** For jest's `moduleNameMapper`: tests import the packages by name, and get their sources. */
export function namesToSources(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sourcesByName()).map(([name, source]) => [`^${name}$`, `<rootDir>/${source}`]),
  );
}
