import { randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type ApiKey, createApiKey } from '../api-keys.ts';
import { keyOf } from './secrets.ts';
import { SetupError } from './setup-error.ts';

/** What the first start leaves in the data folder, each in a file that its owner alone may read. */
const FILES = { encryption: 'encryption.key', api: 'api-keys.json', admin: 'admin.key' };
const ROLES = ['read', 'reject', 'write', 'list', 'admin'];

/** The encryption key of a data folder, made where there is none. */
export function encryptionKeyIn(folder: string, database: string): Uint8Array {
  const file = path.join(folder, FILES.encryption);
  if (!existsSync(file)) {
    if (existsSync(database))
      throw new SetupError([
        `${database} has sessions, and its key ${file} is gone: put the key back, or move the database away and deposit the sessions anew`,
      ]);
    createPrivate(file, `${randomBytes(32).toString('base64')}\n`);
  }
  const key = keyOf(readPrivate(file).trim());
  if (key === undefined) throw new SetupError([`${file} holds no key: put it back from a backup`]);
  return key;
}

/** The API keys of a data folder. On the first start one that may do all is made; `created` is the key itself. */
export function apiKeysIn(folder: string): {
  readonly entries: readonly ApiKey[];
  readonly created?: string;
} {
  const file = path.join(folder, FILES.api);
  if (!existsSync(file)) {
    const scopes = ROLES.map((role) => `${role}:*`);
    const { key, entry } = createApiKey({ id: 'admin', scopes });
    if (createPrivate(file, `${JSON.stringify([entry], undefined, 2)}\n`))
      return { entries: [entry], created: key };
  }
  try {
    return { entries: JSON.parse(readPrivate(file)) as ApiKey[] };
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError([`${file} is not JSON: put it back from a backup, or delete it`]);
  }
}

/** Puts the first API key where its owner alone finds it. Gives the file. */
export function keepAdminKey(folder: string, key: string): string {
  const file = path.join(folder, FILES.admin);
  rmSync(file, { force: true });
  createPrivate(file, `${key}\n`);
  return file;
}

/** Writes a file whole or not at all, for its owner alone. `false`: another process was first. */
function createPrivate(file: string, content: string): boolean {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, content);
    fsyncSync(handle); // without this key nobody can read what is encrypted with it from now on
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

function readPrivate(file: string): string {
  // Windows has no such modes.
  const others = process.platform === 'win32' ? 0 : statSync(file).mode & 0o077;
  if (others !== 0)
    throw new SetupError([`${file} may be read by others than its owner: chmod 600 ${file}`]);
  return readFileSync(file, 'utf8');
}
