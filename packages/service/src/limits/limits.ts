import type { Clock } from 'unexpired';
import { nameOf } from 'unexpired/adapter';
import { Problem } from '../problems.ts';
import { createBuckets } from './buckets.ts';

/** What callers may do at this replica. Throws a {@link Problem} where it is too much. */
export interface Limits {
  /** Before the credentials are looked at. `undefined`: nobody knows where the request comes from. */
  approach(address: string | undefined): void;
  /** The credentials were not good. */
  failed(address: string | undefined): void;
  /** So many requests of a principal, or reads in one. */
  spend(principal: string, count?: number): void;
}

/** Requests a second of one principal. */
const PER_SECOND = 2000;
/** Credentials that are not good, from one address: at once, and one more every so many ms. */
const FAILURES = { burst: 20, every: 5000 };

/** Throws a `TypeError` for an option that cannot be right. */
export function createLimits(perSecond: number = PER_SECOND, clock: Clock): Limits {
  if (typeof perSecond !== 'number' || !(perSecond >= 1))
    throw new TypeError(
      `createService: requestsPerSecond: expected a number, 1 or more, got ${nameOf(perSecond)}`,
    );
  const principals = createBuckets({ perSecond, burst: Math.max(100, 2 * perSecond) }, clock);
  const addresses = createBuckets(
    { perSecond: 1000 / FAILURES.every, burst: FAILURES.burst },
    clock,
  );
  const requireNone = (wait: number): void => {
    if (wait > 0) throw new Problem('limit', undefined, Math.ceil(wait / 1000));
  };
  return {
    approach(address) {
      if (address !== undefined) requireNone(addresses.wait(address));
    },
    failed(address) {
      if (address !== undefined) addresses.take(address);
    },
    spend: (principal, count) => requireNone(principals.take(principal, count)),
  };
}

/** Ms between two rejections that make the provider rotate a session: the token of a refresh is used for so long. */
const FLOOR = 10_000;

/**
 * Ms until the token of this generation may be replaced because an API has refused it. One that a sign-in brought may be old
 * already: it always may.
 */
export const floorOf = (
  { generation, issuedAt }: { readonly generation: number; readonly issuedAt: number },
  now: number,
): number => (generation === 0 ? 0 : Math.min(FLOOR, Math.max(0, issuedAt + FLOOR - now)));
