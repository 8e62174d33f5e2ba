import { createRequire } from 'node:module';
import path from 'node:path';

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
