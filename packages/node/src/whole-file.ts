import { createHash, randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './failure.ts';

/** A file as it was at one moment. */
export interface WholeFile {
  readonly bytes: Uint8Array;
  /** Another one for every write, ours and others', whatever was written. */
  readonly version: string;
  readonly stats: BigIntStats;
}

/** `undefined`: there is no such file. */
export async function readWhole(file: string): Promise<WholeFile | undefined> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat({ bigint: true }); // before the bytes: somebody who writes in between makes a version that nothing will have
    const bytes = await handle.readFile();
    return { bytes, stats, version: versionOf(bytes, stats) };
  } finally {
    await handle.close();
  }
}

/** The contents catch who keeps the times (a restored backup), inode and time catch who writes the same again. */
const versionOf = (bytes: Uint8Array, { ino, mtimeNs }: BigIntStats): string =>
  `${createHash('sha256').update(bytes).digest('base64url')}.${ino}.${mtimeNs}`;

/**
 * Replaces `file` whole: whoever reads sees the old or the new contents, and after a power cut there is one or the
 * other. Readable by its owner alone. Returns the new version. `before`: what is replaced.
 */
export async function replaceWhole(
  file: string,
  text: string,
  before: WholeFile | undefined,
): Promise<string> {
  const folder = path.dirname(file);
  const bytes = Buffer.from(text);
  if (before === undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = path.join(folder, `${draftPrefix(file)}${randomUUID()}.tmp`);
  const handle = await open(draft, 'wx', 0o600);
  let version: string;
  try {
    try {
      await handle.writeFile(bytes);
      if (before !== undefined) await keepOwner(handle, before.stats);
      await handle.sync();
      version = versionOf(bytes, await handle.stat({ bigint: true }));
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await unlink(draft).catch(() => undefined); // the error that led here says more
    throw error;
  }
  await syncFolder(folder);
  return version;
}

/** A tool that is run with sudo once must not take the file away from its owner. */
async function keepOwner(handle: FileHandle, { uid, gid }: BigIntStats): Promise<void> {
  const made = await handle.stat({ bigint: true });
  if (made.uid !== uid) await handle.chown(Number(uid), Number(gid));
}

/** What a folder's own sync says where there is no such thing. */
const NO_FOLDER_SYNC = ['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES', 'EBADF'];

async function syncFolder(folder: string): Promise<void> {
  const ignore = (error: unknown): undefined => {
    if (NO_FOLDER_SYNC.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  };
  const handle = await open(folder, 'r').catch(ignore);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(ignore);
  } finally {
    await handle.close();
  }
}

const draftPrefix = (file: string): string => `.${path.basename(file)}.`;

/** Ms after which whoever was writing a draft is taken for dead. */
const ABANDONED = 60_000;

/** Removes what writers left behind that were killed in the middle: there are tokens in it. Never rejects: what cannot be removed must not keep anybody from writing. */
export async function removeAbandonedDrafts(file: string): Promise<void> {
  const folder = path.dirname(file);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(draftPrefix(file)) || !name.endsWith('.tmp')) continue;
    const draft = path.join(folder, name);
    try {
      if (Date.now() - (await stat(draft)).mtimeMs > ABANDONED) await unlink(draft);
    } catch {
      // gone already, or somebody else's in a folder that many write to
    }
  }
}
