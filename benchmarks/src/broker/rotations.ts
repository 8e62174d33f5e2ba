// Rotations a second of two replicas on PostgreSQL, before a token endpoint that takes 100 ms.
import { cpus } from 'node:os';
import { decimals, printTable, whole } from '../support/print.ts';
import { type Fleet, rotate, startFleet } from './fleet.ts';
import { depositAll } from './servers.ts';

const SESSIONS = 6000;
/** Callers who wait at the same time. */
const AT_ONCE = 64;
const LATENCY = 100;

export async function rotations(): Promise<void> {
  const fleet = await startFleet(LATENCY);
  try {
    await depositAll(fleet.replicas[0].origin, SESSIONS, fleet.keys);
    await run(fleet, 0, 1000); // what is compiled first
    const before = await look(fleet);
    const since = performance.now();
    await run(fleet, 1000, SESSIONS);
    const seconds = (performance.now() - since) / 1000;
    const after = await look(fleet);
    const count = SESSIONS - 1000;
    printTable(
      `${whole(count)} rotations by two replicas, ${AT_ONCE} callers at once`,
      ['', 'figure'],
      [
        ['rotations a second', decimals(count / seconds, 0)],
        ['ms of the replicas for each', decimals((after.cpu - before.cpu) / 1000 / count, 2)],
        [
          'ms of this process for each, which is the token endpoint and the callers',
          decimals((after.own - before.own) / 1000 / count, 2),
        ],
        [
          'ms that the cores were busy for each: with the database, and whatever else runs',
          decimals((after.busy - before.busy) / count, 2),
        ],
        ['ms that they were idle', decimals((after.idle - before.idle) / count, 2)],
        [
          'transactions of the database for each',
          decimals((after.committed - before.committed) / count, 1),
        ],
      ],
    );
  } finally {
    await fleet.stop();
  }
}

async function run({ replicas, keys }: Fleet, from: number, to: number): Promise<void> {
  let next = from;
  const caller = async (): Promise<void> => {
    for (let number = next++; number < to; number = next++) {
      const { origin } = replicas[number % 2] as { origin: string };
      await rotate(origin, `acme:${number}`, keys[number % keys.length]?.key ?? '');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
}

/** Each rotation has one read of the state before it, which is the caller's, and counted along. */
async function look({ replicas, committed }: Fleet) {
  const figures = await Promise.all(replicas.map((replica) => replica.figures()));
  const { user, system } = process.cpuUsage();
  return {
    ...{ committed: await committed(), own: user + system, ...cores() },
    cpu: figures.reduce((sum, { cpu }) => sum + cpu, 0),
  };
}

/** Ms of all cores since the machine was started. */
function cores(): { readonly busy: number; readonly idle: number } {
  let [busy, idle] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    busy += times.user + times.nice + times.sys + times.irq;
  }
  return { busy, idle };
}
