import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of one's own, and how to get rid of it with all that is in it. */
export async function newFolder(): Promise<{
  at: (...names: string[]) => string;
  path: string;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-node-'));
  return {
    path: folder,
    at: (...names) => path.join(folder, ...names),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
