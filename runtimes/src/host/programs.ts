import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(path.dirname(path.dirname(import.meta.dirname)), 'node_modules');

/** A program inside of an npm package, and the version that the lockfile pins; `undefined`: not for this machine. */
export interface Program {
  readonly file: string;
  readonly version: string;
}

/** `name`: as the package.json here calls the package for Linux on x64, the only machine for which it has them. */
export function programIn(name: string, file: string): Program | undefined {
  const folder = path.join(FOLDER, `${name}-linux-x64`);
  const program = path.join(folder, file);
  if (!existsSync(program)) return undefined;
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { file: program, version };
}
