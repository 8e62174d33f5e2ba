import type { Clock } from 'unexpired';
import { createBounded } from '../fresh/bounded.ts';

/** How much each of many may do. */
export interface Buckets {
  /** Ms until `key` may do so much more; 0: now, and it counts. */
  take(key: string, count?: number): number;
  /** The same, without that it counts. */
  wait(key: string): number;
}

/** Keys that are remembered: above that the one that was not heard of for longest is forgotten, which lets it do more. */
const MOST = 10_000;

interface Bucket {
  left: number;
  /** Monotonic ms, when so much was left. */
  at: number;
}

/** Of one process. `burst` at once, and `perSecond` after that; what is more than a burst counts as one. */
export function createBuckets(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  clock: Pick<Clock, 'monotonic'>,
): Buckets {
  const buckets = createBounded<Bucket>(MOST, () => 1);
  const leftIn = ({ left, at }: Bucket, now: number): number =>
    Math.min(burst, left + ((now - at) * perSecond) / 1000);
  const waitFor = (left: number, count: number): number =>
    left >= count ? 0 : Math.ceil(((count - left) / perSecond) * 1000);
  return {
    wait(key) {
      const bucket = buckets.get(key);
      return bucket === undefined ? 0 : waitFor(leftIn(bucket, clock.monotonic()), 1);
    },
    take(key, asked = 1) {
      const count = Math.min(burst, asked);
      const now = clock.monotonic();
      let bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, (bucket = { left: burst, at: now }));
      const left = leftIn(bucket, now);
      const wait = waitFor(left, count);
      if (wait > 0) return wait;
      bucket.left = left - count;
      bucket.at = now;
      return 0;
    },
  };
}
