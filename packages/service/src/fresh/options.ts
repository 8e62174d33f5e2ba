import { checkNames, nameOf } from 'unexpired/adapter';
import type { CacheLimits } from './known.ts';

/** What a replica keeps in memory of the tokens that it has handed out, so that not every read asks the database. */
export interface CacheOptions {
  /** Bytes at the most; what was not asked for for longest goes. 0: nothing is kept. Default 134,217,728 (128 MiB). */
  readonly bytes?: number | undefined;
  /**
   * Ms for which valid tokens go on being handed out while the database cannot be asked: a sign-out at another replica is not heard of
   * so long. 0: at most 2,000 ms, as at all times. Default 300,000.
   */
  readonly staleFor?: number | undefined;
}

/** Throws a `TypeError` for an option that cannot be right. */
export function checkCacheOptions(options: CacheOptions = {}): CacheLimits {
  const where = 'createService: cache';
  checkNames(where, options, ['bytes', 'staleFor']);
  const { bytes = 2 ** 27, staleFor = 300_000 } = options;
  for (const [name, value] of Object.entries({ bytes, staleFor }))
    if (typeof value !== 'number' || !(value >= 0))
      throw new TypeError(
        `${where}/${name}: expected a number, zero or more, got ${nameOf(value)}`,
      );
  return { bytes, staleFor };
}
