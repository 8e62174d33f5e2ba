import type { Clock } from 'unexpired';

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
  readonly left: number;
  readonly at: number;
}

/** Of one process. `burst` at once, and `perSecond` after that; what is more than a burst counts as one. */
export function createBuckets(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  clock: Pick<Clock, 'monotonic'>,
): Buckets {
  /** The one that was not heard of for longest first. */
  const buckets = new Map<string, Bucket>();
  const now = (key: string): Bucket => {
    const { left, at } = buckets.get(key) ?? { left: burst, at: 0 };
    const moment = clock.monotonic();
    return { left: Math.min(burst, left + ((moment - at) * perSecond) / 1000), at: moment };
  };
  const waitFor = ({ left }: Bucket, count: number): number =>
    left >= count ? 0 : Math.ceil(((count - left) / perSecond) * 1000);
  return {
    wait: (key) => waitFor(now(key), 1),
    take(key, asked = 1) {
      const count = Math.min(burst, asked);
      const bucket = now(key);
      const wait = waitFor(bucket, count);
      if (wait > 0) return wait;
      buckets.delete(key);
      buckets.set(key, { left: bucket.left - count, at: bucket.at });
      if (buckets.size > MOST) buckets.delete(buckets.keys().next().value as string);
      return 0;
    },
  };
}
