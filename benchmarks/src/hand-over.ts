// From the commit of who refreshed to the last of 16 processes that has the new token. The others do by hand, with the lock that
// their library gives, what every guide says: take the lock, look whether somebody else has refreshed, refresh, let go.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FleetPlace, fileFleet, runFleet } from '../../packages/node/test/support/fleet.ts';
import { redisFleet } from '../../packages/redis/test/support/fleet.ts';
import { startRedisServer } from '../../packages/redis/test/support/redis-server.ts';
import { startPeers } from './hand-over/peers.ts';
import { median } from './support/median.ts';
import { decimals, printTable } from './support/print.ts';

const PROCESSES = 16;
const ROUNDS = 40;

async function ours(make: () => Promise<FleetPlace>): Promise<number[]> {
  const times: number[] = [];
  const plan = {
    processes: PROCESSES,
    expiries: ROUNDS,
    requests: 1,
    progress: (_expiry: number, time: number) => times.push(time),
  };
  await runFleet(plan, await make());
  return times;
}

async function withProperLockfile(): Promise<number[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-bench-'));
  const file = path.join(folder, 'credentials.json');
  await writeFile(file, JSON.stringify({ gen: 0 }));
  try {
    return await startPeers('proper-lockfile', file, PROCESSES, ROUNDS);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function withRedlock(): Promise<number[]> {
  const server = await startRedisServer();
  try {
    return await startPeers('redlock', String(server.port), PROCESSES, ROUNDS);
  } finally {
    await server.stop();
  }
}

const rows: string[][] = [];
for (const [name, run] of [
  ['fileStore', () => ours(fileFleet)],
  ['proper-lockfile, by hand', withProperLockfile],
  ['redisStore', () => ours(redisFleet)],
  ['@sesamecare-oss/redlock, by hand', withRedlock],
] as const) {
  const times = await run();
  rows.push([
    name,
    decimals(median(times), 1),
    decimals(Math.min(...times), 1),
    decimals(Math.max(...times), 1),
  ]);
}
printTable(
  `The hand-over to ${PROCESSES} processes, ${ROUNDS} rounds`,
  ['', 'median ms', 'shortest', 'longest'],
  rows,
);
