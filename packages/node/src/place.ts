import { nameOf } from 'unexpired/adapter';
import { readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from 'unexpired';
import { codeOf } from './failure.ts';
import { insist } from './patience.ts';

/** As many links as the kernel follows. */
const MOST_LINKS = 40;

/** `https://...`, or a file URL with as many slashes as there may be. A drive of Windows is one letter. */
const URL_AS_TEXT = /^(file:\/|[a-z][a-z\d+.-]+:\/\/)/i;

/** The absolute path that an option means. Throws a `TypeError` that names `where`, and quotes no URL: there may be a secret in it. */
export function pathFrom(value: unknown, where: string): string {
  const wrong = (what: string): TypeError =>
    new TypeError(`${where}: expected the path of a file, or its URL${what}`);
  if (value instanceof URL && value.protocol !== 'file:')
    throw wrong(`, got a URL of ${value.protocol}`);
  const text = value instanceof URL ? filePathOf(value, wrong) : value;
  if (typeof text !== 'string' || text === '') throw wrong(`, got ${nameOf(text)}`);
  if (text.includes('\0')) throw wrong(', got a path with a NUL in it');
  if (URL_AS_TEXT.test(text))
    throw wrong(', got a URL as a text: make it a URL object, new URL(...)');
  return path.resolve(text);
}

function filePathOf(url: URL, wrong: (what: string) => TypeError): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw wrong(`: ${error instanceof Error ? error.message : String(error)}`); // a host, or a slash in a name
  }
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
