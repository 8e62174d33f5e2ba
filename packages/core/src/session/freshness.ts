import type { Clock } from '../time/clock.ts';
import type { TokenSet } from '../tokens/tokens.ts';

/** When a token stops being good, on two clocks: either one can make it due, because either one can be wrong. */
export interface Lifetime {
  /** Ms since the epoch; `Infinity` where nobody said. */
  readonly expiresAt: number;
  /** The same moment on the monotonic clock. */
  readonly expiresAtMonotonic: number;
  /** Ms from issue to expiry. */
  readonly total: number;
}

/** Both clocks, read together. */
export interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

export const momentOf = (clock: Clock): Moment => ({
  now: clock.now(),
  monotonic: clock.monotonic(),
});

/**
 * The lifetime of tokens issued at `issuedAt` (wall clock of the machine that obtained them) and learned at `learned`. What is
 * left is never more than the whole lifetime, so a wall clock that was set back cannot stretch it.
 */
export function lifetimeOf(tokens: TokenSet, issuedAt: number, learned: Moment): Lifetime {
  const expiresAt = tokens.expiresAt ?? Infinity;
  const total = Math.max(0, expiresAt - issuedAt);
  const left = Math.min(expiresAt - learned.now, total);
  return { expiresAt, expiresAtMonotonic: learned.monotonic + left, total };
}

/** Ms that a token is still good for; zero or less: expired. */
export const remaining = (lifetime: Lifetime, { now, monotonic }: Moment): number =>
  Math.min(lifetime.expiresAt - now, lifetime.expiresAtMonotonic - monotonic);

/** A window may never be so long that a new token is already inside it: that would refresh on every request. */
export const windowWithin = (lifetime: Lifetime, asked: number, share: number): number =>
  Math.min(asked, lifetime.total * share);
