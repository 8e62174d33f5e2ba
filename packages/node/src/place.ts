import { nameOf } from 'unexpired/adapter';
import { readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from 'unexpired';
import { codeOf } from './failure.ts';
import { insist } from './patience.ts';

/** As many links as the kernel follows. */
const MOST_LINKS = 40;

/** The absolute path that an option means. Throws a `TypeError` that names `where`. */
export function pathFrom(value: unknown, where: string): string {
  if (value instanceof URL) return fileURLToPath(value);
  if (typeof value !== 'string' || value === '' || value.includes('\0'))
    throw new TypeError(`${where}: expected the path of a file, or its URL, got ${nameOf(value)}`);
  return path.resolve(value);
}

/**
 * Where the file really is, symbolic links followed also when there is no file yet: it is replaced there, so that a
 * link stays a link, and all who reach the file by whatever way meet at the same lock files.
 */
export const realPlace = (file: string, clock: Clock): Promise<string> =>
  insist({ clock }, () => follow(file));

async function follow(file: string): Promise<string> {
  let place = file;
  for (let links = 0; links < MOST_LINKS; links++) {
    const folder = await realFolder(path.dirname(place)); // from where the link says it, not from where one came by
    const real = path.join(folder, path.basename(place));
    const target = await readlink(real).catch((error: unknown) => {
      if (['EINVAL', 'ENOENT', 'UNKNOWN'].includes(codeOf(error) ?? '')) return undefined; // not a link, or nothing there
      throw error;
    });
    if (target === undefined) return real;
    place = path.isAbsolute(target) ? target : `${folder}${path.sep}${target}`; // `..` behind a linked folder is for the system to work out
  }
  throw Object.assign(new Error(`${file} is a symbolic link that leads in a circle`), {
    code: 'ELOOP',
  });
}

const realFolder = (folder: string): Promise<string> =>
  realpath(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return folder; // made by the first write
    throw error;
  });
