// One process that refreshes under the lock of another library. Arguments: which one, and the file or the port.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Redlock } from '@sesamecare-oss/redlock';
import { Redis } from 'ioredis';
import lockfile from 'proper-lockfile';

/** When this process had the generation that it was asked for. On the clock that all processes of a machine share. */
export interface Had {
  readonly at: number;
  readonly refreshed: boolean;
}

interface Locked {
  /** Runs the task when nobody else is in. */
  lock<T>(task: () => Promise<T>): Promise<T>;
  read(): Promise<number>;
  write(gen: number): Promise<void>;
}

/** As long as a near token endpoint takes. */
const CALL = 5;
const now = (): number => performance.timeOrigin + performance.now();

// What they wait between two tries is set as short as a user would dare: their own values are 1000 ms and 200 ms.
const kinds: Record<string, (place: string) => Locked> = {
  'proper-lockfile': (file) => ({
    async lock(task) {
      const release = await lockfile.lock(file, {
        retries: { forever: true, minTimeout: 5, maxTimeout: 50, randomize: true },
      });
      try {
        return await task();
      } finally {
        await release();
      }
    },
    read: async () => (JSON.parse(await readFile(file, 'utf8')) as { gen: number }).gen,
    async write(gen) {
      await writeFile(`${file}.${process.pid}`, JSON.stringify({ gen }));
      await rename(`${file}.${process.pid}`, file);
    },
  }),
  redlock(port) {
    const redis = new Redis({ port: Number(port), host: '127.0.0.1' });
    const redlock = new Redlock([redis], { retryCount: -1, retryDelay: 20, retryJitter: 20 });
    return {
      lock: (task) => redlock.using(['lock'], 5_000, task),
      read: async () => Number((await redis.get('gen')) ?? 0),
      write: async (gen) => void (await redis.set('gen', gen)),
    };
  },
};

const [kind = '', place = ''] = process.argv.slice(2);
const locked = kinds[kind]?.(place);
if (locked === undefined) throw new Error(`There is no ${kind}`);

async function refreshTo(gen: number, { lock, read, write }: Locked): Promise<Had> {
  return lock(async () => {
    if ((await read()) >= gen) return { at: now(), refreshed: false };
    await delay(CALL);
    await write(gen);
    return { at: now(), refreshed: true };
  });
}

// One that fails ends the process, and with it the benchmark.
process.on(
  'message',
  (gen: number) => void refreshTo(gen, locked).then((had) => process.send?.(had)),
);
process.send?.('ready');
