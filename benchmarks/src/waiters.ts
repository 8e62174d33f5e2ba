// Many waiters on one refresh: how long after the new token the last of them has it, and how much heap each needs.
import { createTokenManager } from 'unexpired';
import { median } from './support/median.ts';
import { decimals, printTable, whole } from './support/print.ts';

const WAITERS = 10_000;
const ROUNDS = 30;

interface Round {
  /** Ms from the new token to the last waiter that has it. */
  readonly settled: number;
  /** Ms that this thread computed meanwhile: what is left of it where nothing else runs. */
  readonly computed: number;
  /** Bytes of heap for each waiter. */
  readonly heap: number;
}

const collectGarbage = (): void => {
  if (globalThis.gc === undefined) throw new Error('This benchmark needs node --expose-gc');
  globalThis.gc();
};

async function play(signals: readonly (AbortSignal | undefined)[]): Promise<Round> {
  let answer: (tokens: { accessToken: string; refreshToken: string; expiresAt: number }) => void =
    () => undefined;
  let dispatched: () => void = () => undefined;
  const sent = new Promise<void>((resolve) => {
    dispatched = resolve;
  });
  const tokens = createTokenManager({
    tokens: { accessToken: 'old', refreshToken: 'r-1', expiresAt: Date.now() - 1000 },
    refresh: () => {
      dispatched();
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  });
  const first = tokens.getToken();
  await sent;

  // What the caller keeps: a place for each promise, not to be counted as ours.
  const waits: (Promise<unknown> | undefined)[] = Array.from({ length: WAITERS });
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < WAITERS; index++)
    waits[index] = tokens.getToken({ signal: signals[index] });
  collectGarbage();
  const heap = (process.memoryUsage().heapUsed - before) / WAITERS;

  let left = WAITERS;
  let last = 0;
  let computed = 0;
  const note = (): void => {
    if (--left > 0) return;
    last = performance.now();
    const { user, system } = process.threadCpuUsage(usedBefore);
    computed = (user + system) / 1000;
  };
  for (const wait of waits) void wait?.then(note);
  const usedBefore = process.threadCpuUsage();
  const start = performance.now();
  answer({ accessToken: 'new', refreshToken: 'r-2', expiresAt: Date.now() + 3_600_000 });
  await Promise.all([first, ...waits]);
  await tokens.close();
  return { settled: last - start, computed, heap };
}

const shared = new AbortController().signal;
const own = Array.from({ length: WAITERS }, () => new AbortController().signal);
const cases: [string, readonly (AbortSignal | undefined)[]][] = [
  ['without a signal', []],
  ['one signal for all', own.map(() => shared)],
  ['a signal each', own],
];

const rows: string[][] = [];
for (const [name, signals] of cases) {
  const rounds: Round[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const played = await play(signals);
    if (round >= 0) rounds.push(played);
  }
  const settled = rounds.map((round) => round.settled);
  rows.push([
    name,
    decimals(median(settled), 1),
    decimals(median(rounds.map(({ computed }) => computed)), 1),
    decimals(Math.max(...settled), 1),
    whole(median(rounds.map(({ heap }) => heap))),
  ]);
}
printTable(
  `${whole(WAITERS)} waiters on one refresh`,
  ['', 'all settled, ms', 'of that computing, ms', 'slowest round, ms', 'bytes a waiter'],
  rows,
);
