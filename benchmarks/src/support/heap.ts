import { median } from './median.ts';

const REQUESTS = 200;
const ROUNDS = 9;

/** Bytes of heap that one run takes. Few at a time, so that nothing is collected in between. */
export async function heapOf(run: () => Promise<unknown>): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('This benchmark needs node --expose-gc');
  const taken: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < REQUESTS; count++) await run();
    taken.push((process.memoryUsage().heapUsed - before) / REQUESTS);
  }
  return median(taken);
}
