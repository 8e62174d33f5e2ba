import { accessSync, constants, globSync } from 'node:fs';
import path from 'node:path';

/** Where a program is; `undefined`: not on this machine. Debian puts those of PostgreSQL beside the others, a folder a version. */
export function findProgram(name: 'postgres' | 'initdb' | 'pgbouncer'): string | undefined {
  const folders = [
    ...(process.env['PATH'] ?? '').split(path.delimiter),
    ...globSync('/usr/lib/postgresql/*/bin').sort().toReversed(),
    '/usr/sbin',
  ];
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
