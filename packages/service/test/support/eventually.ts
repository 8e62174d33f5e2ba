import { setTimeout } from 'node:timers/promises';

/** Ms: less than jest gives a test, so that what was seen last is in the failure. */
const LIMIT = 15_000;

/** Looks again and again until what is seen is as it should be, and gives it. Rejects with the last of it after {@link LIMIT}. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  isMet: (seen: T) => boolean,
): Promise<T> {
  const end = performance.now() + LIMIT;
  for (;;) {
    const seen = await look();
    if (isMet(seen)) return seen;
    if (performance.now() > end)
      throw new Error(`not within ${LIMIT} ms; seen last: ${JSON.stringify(seen)}`);
    await setTimeout(10);
  }
}
