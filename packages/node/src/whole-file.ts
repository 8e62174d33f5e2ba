import { createHash, randomUUID } from 'node:crypto';
import type { BigIntStats, Stats } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import path from 'node:path';
import { type Clock, TokenError } from 'unexpired';
import { codeOf } from './failure.ts';
import { insist } from './patience.ts';

/** A file as it was at one moment. */
export interface WholeFile {
  readonly bytes: Uint8Array;
  /** Another one for every write, ours and others', whatever was written. */
  readonly version: string;
  readonly stats: BigIntStats;
  /** The same by its path, before that: some systems have other numbers there. */
  readonly byPath: BigIntStats;
}

/** `undefined`: there is no such file. Anything else than a file is an error, and is not opened. */
export const readWhole = (file: string, clock: Clock): Promise<WholeFile | undefined> =>
  insist({ clock }, () => readOnce(file).catch(undefinedIfGone));

function undefinedIfGone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

async function readOnce(file: string): Promise<WholeFile> {
  const byPath = await stat(file, { bigint: true });
  refuseOther(file, byPath); // to open a FIFO waits for a writer, for ever; to read some devices never ends
  const handle = await open(file, 'r');
  try {
    const stats = await handle.stat({ bigint: true }); // before the bytes: somebody who writes in between makes a version that nothing will have
    const bytes = await handle.readFile();
    return { bytes, stats, byPath, version: versionOf(bytes, stats) };
  } finally {
    await handle.close();
  }
}

function refuseOther(file: string, found: BigIntStats): void {
  if (found.isFile()) return;
  if (found.isDirectory())
    throw Object.assign(new Error(`${file} is a folder`), { code: 'EISDIR' });
  const what = found.isFIFO() ? 'a FIFO' : found.isSocket() ? 'a socket' : 'a device';
  throw new TokenError('ERR_STORE_RECORD', {
    message: `${file} is ${what}, and a session can only be kept in a file; it was left as it is`,
  });
}

/** The contents catch who keeps the times (a restored backup), inode and time catch who writes the same again. */
const versionOf = (bytes: Uint8Array, { ino, mtimeNs }: BigIntStats): string =>
  `${createHash('sha256').update(bytes).digest('base64url')}.${ino}.${mtimeNs}`;

/**
 * Replaces `file` whole: a reader sees the old or the new contents, and after a power cut there is one or the
 * other. What rejects has not replaced it. Readable by its owner alone. `before`: what is replaced. Returns the new version,
 * or `undefined` where something else is there by now, which stays: no lock keeps an editor out.
 */
export async function replaceWhole(
  file: string,
  text: string,
  before: WholeFile | undefined,
  clock: Clock,
): Promise<string | undefined> {
  const folder = path.dirname(file);
  const patient = <T>(call: () => Promise<T>): Promise<T> => insist({ clock }, call);
  if (before === undefined) await patient(() => mkdir(folder, { recursive: true, mode: 0o700 }));
  const { draft, version } = await patient(() => writeDraft(file, Buffer.from(text), before));
  let replaced = false;
  try {
    replaced = await patient(async () => {
      if (!(await isStillThere(file, before))) return false; // before each try: who kept us waiting may have saved
      await rename(draft, file);
      return true;
    });
    return replaced ? version : undefined;
  } finally {
    if (!replaced) await patient(() => unlink(draft)).catch(() => undefined); // what led here says more
  }
}

/** In one call, and not by reading it: the less time passes between this and the rename, the better. */
async function isStillThere(file: string, before: WholeFile | undefined): Promise<boolean> {
  const now = await stat(file, { bigint: true }).catch(undefinedIfGone);
  const then = before?.byPath;
  return now?.ino === then?.ino && now?.mtimeNs === then?.mtimeNs && now?.size === then?.size;
}

/** A new file beside `file`, on the disk, and the version that `file` has once the draft has taken its place. */
async function writeDraft(
  file: string,
  bytes: Uint8Array,
  before: WholeFile | undefined,
): Promise<{ draft: string; version: string }> {
  const draft = path.join(path.dirname(file), `${draftPrefix(file)}${randomUUID()}.tmp`);
  const handle = await open(draft, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(bytes);
      if (before !== undefined) await keepOwner(handle, before.stats);
      await handle.sync();
      return { draft, version: versionOf(bytes, await handle.stat({ bigint: true })) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    await unlink(draft).catch(() => undefined); // the error that led here says more
    throw error;
  }
}

/** A tool that is run with sudo once must not take the file away from its owner. */
async function keepOwner(handle: FileHandle, { uid, gid }: BigIntStats): Promise<void> {
  const made = await handle.stat({ bigint: true });
  if (made.uid !== uid) await handle.chown(Number(uid), Number(gid));
}

/** What a folder's own sync says where there is no such thing. */
const NO_FOLDER_SYNC = ['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES', 'EBUSY', 'EBADF'];

/**
 * After a file was replaced: so that a power cut does not undo it. Not tried again: where folders cannot be opened, as on
 * Windows, that would make each write a second longer.
 */
export async function syncFolderOf(file: string): Promise<void> {
  const ignore = (error: unknown): undefined => {
    if (NO_FOLDER_SYNC.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  };
  const handle = await open(path.dirname(file), 'r').catch(ignore);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(ignore);
  } finally {
    await handle.close();
  }
}

const draftPrefix = (file: string): string => `.${path.basename(file)}.`;

/** What `randomUUID` makes, and what our drafts end with. */
const DRAFT_END = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.tmp$/;

/** Exactly the form of our own drafts: everything else in the folder is somebody else's. Pure. */
const isDraft = (name: string, file: string): boolean =>
  name.startsWith(draftPrefix(file)) && DRAFT_END.test(name.slice(draftPrefix(file).length));

/** Ms after which the writer of a draft is taken for dead. */
const ABANDONED = 60_000;

/** Removes what writers left behind that were killed in the middle: there are tokens in it. Never rejects: what cannot be removed must not keep anybody from writing. */
export async function removeAbandonedDrafts(file: string, clock: Clock): Promise<void> {
  const folder = path.dirname(file);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!isDraft(name, file)) continue;
    const draft = path.join(folder, name);
    try {
      const found = await lstat(draft);
      if (!found.isFile() || !isOwn(found) || Date.now() - found.mtimeMs <= ABANDONED) continue;
      await insist({ clock }, () => unlink(draft));
    } catch {
      // gone already, or held for longer than a second: the next process tries again
    }
  }
}

/** In a folder that many write to, only the owner may remove a file; root may all. Windows has no such numbers. */
function isOwn({ uid }: Stats): boolean {
  const own = process.geteuid?.();
  return own === undefined || own === 0 || own === uid;
}
