import { readFile } from 'node:fs/promises';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What is different for each start of each kernel, and the same for all processes on it, containers included.
 * `undefined` where the system does not say: only Linux has it in a file. A host's name is no such thing, because cloned
 * machines share it.
 */
export async function readBootId(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const id = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return UUID.test(id) ? id : undefined;
  } catch {
    return undefined; // no /proc: the lock is taken for one that may lapse, which is safe
  }
}
