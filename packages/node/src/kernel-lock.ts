import { constants, type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { tryLock, unlock } from 'fs-native-extensions';
import { codeOf, failure } from './failure.ts';
import { insist, pause, type Waiting } from './patience.ts';

/** How to wait for a lock that somebody else holds. Ms. */
export interface Patience extends Waiting {
  /** The first pause; each further one is twice as long, up to `longest`. */
  readonly shortest: number;
  readonly longest: number;
}

/** A file that is there to be locked. */
export interface Sidecar {
  readonly path: string;
  /** The file that the lock is for: whose that is may lock it, too. */
  readonly beside?: string;
}

/** A lock that is held: which file it is on. */
export interface KernelLock {
  readonly device: bigint;
  readonly inode: bigint;
}

/**
 * Runs `task` while this process holds the kernel's lock on the file `sidecar`, which stays there for good: one that is
 * removed can be locked by two at once, which each have another one open. The kernel frees the lock of a process that dies.
 */
export async function underKernelLock<T>(
  sidecar: Sidecar,
  patience: Patience,
  task: (held: KernelLock) => Promise<T>,
): Promise<T> {
  const { handle, device, inode } = await obtain(sidecar, patience);
  try {
    return await task({ device, inode });
  } finally {
    await release(handle);
  }
}

/** Ms before the next try. Pure. Jitter, so that those who failed together do not try together. */
export const backOff = (
  { shortest, longest }: Omit<Patience, 'clock'>,
  failures: number,
  random: number,
): number => Math.min(longest, shortest * 2 ** Math.min(failures, 30)) * (0.5 + random / 2);

/** Times in one wait that the file at the place is not the one that was locked. */
const MOST_STRANGERS = 10;
const NEVER_THE_SAME =
  'whenever it is opened it is another file: its file system does not keep its inodes, so that nobody can tell who holds what; or something removes it again and again';

async function obtain(
  sidecar: Sidecar,
  patience: Patience,
): Promise<KernelLock & { readonly handle: FileHandle }> {
  const { signal } = patience;
  let handle: FileHandle | undefined;
  try {
    for (let failures = 0, strangers = 0; ; ) {
      signal?.throwIfAborted();
      const opened = (handle ??= await insist(patience, () => openSidecar(sidecar)));
      signal?.throwIfAborted();
      if (!(await insist(patience, async () => tryToLock(opened.fd)))) {
        await pause(patience, backOff(patience, failures++, Math.random()));
        continue;
      }
      const file = await insist(patience, () => fileAt(opened, sidecar.path));
      if (file !== undefined && !signal?.aborted) return { handle: opened, ...file };
      handle = undefined; // somebody removed the file in between, and the new one counts; or nobody waits any more
      await release(opened);
      if (++strangers === MOST_STRANGERS) throw new Error(NEVER_THE_SAME);
      await pause(patience, backOff(patience, strangers - 1, Math.random()));
    }
  } catch (error) {
    await handle?.close(); // frees a lock, too
    if (signal?.aborted) throw signal.reason;
    throw failure('locked', sidecar.path, error);
  }
}

function tryToLock(fd: number): boolean {
  try {
    return tryLock(fd);
  } catch (error) {
    if (codeOf(error) === 'EBUSY') return false; // how Windows says that it is held
    throw error;
  }
}

/** The lock first: a child process that is being forked at this moment shares the descriptor, and with it the lock. */
async function release(handle: FileHandle): Promise<void> {
  try {
    unlock(handle.fd);
  } finally {
    await handle.close();
  }
}

/** No link is followed, where the system can tell: somebody who may write to the folder could lead root to any file with it. */
const OPEN = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

async function openSidecar(sidecar: Sidecar): Promise<FileHandle> {
  const create = (): Promise<FileHandle> => open(sidecar.path, OPEN, 0o600);
  const folder = path.dirname(sidecar.path);
  const handle = await create().catch(async (error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return create();
  });
  try {
    if (process.geteuid?.() === 0) await giveAway(handle, [sidecar.beside, folder]);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * To the owner of the first of these places that is there and not of root: a lock file that root made would lock out
 * everybody else for good. One that has another name as well is not ours to give away.
 */
async function giveAway(
  handle: FileHandle,
  places: readonly (string | undefined)[],
): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== 0 || own.nlink !== 1) return;
  for (const place of places) {
    const owner = place === undefined ? undefined : await ownerOf(place);
    if (owner !== undefined && owner.uid !== 0) return handle.chown(owner.uid, owner.gid);
  }
}

const ownerOf = (place: string): Promise<{ uid: number; gid: number } | undefined> =>
  stat(place).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });

/** The same, of what is there already. */
const REOPEN = constants.O_RDWR | constants.O_NOFOLLOW;

/**
 * The file behind the handle, if it is still the one at this place. Of two handles, since some systems name another device
 * by path than by handle (Windows, in some versions of Node). To close the second frees nothing: a lock is its handle's own.
 */
async function fileAt(handle: FileHandle, place: string): Promise<KernelLock | undefined> {
  let second: FileHandle | undefined;
  try {
    second = await open(place, REOPEN);
    const [own, there] = await Promise.all([
      handle.stat({ bigint: true }),
      second.stat({ bigint: true }),
    ]);
    if (own.ino !== there.ino || own.dev !== there.dev) return undefined;
    return { device: own.dev, inode: own.ino };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  } finally {
    await second?.close();
  }
}
