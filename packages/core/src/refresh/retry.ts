import type { TokenError } from '../errors/errors.ts';

/** Tries in one flight while the call surely never reached the server, or its answer was lost. */
const TRIES = 3;
const HOUR = 3_600_000;
/** A Retry-After that waiters can be expected to sit out. */
const LONGEST_INLINE_WAIT = 10_000;

/**
 * Ms until the same refresh token may be sent again within the same flight; `undefined`: not in this flight.
 * `attempt` counts from 1; `random` is in [0, 1).
 */
export function retryDelay(error: TokenError, attempt: number, random: number): number | undefined {
  if (error.code !== 'ERR_REFRESH_UNAVAILABLE' || error.delivery === undefined) return undefined;
  if (error.retryAfter !== undefined)
    return attempt < TRIES && error.retryAfter <= LONGEST_INLINE_WAIT
      ? spread(error.retryAfter, random)
      : undefined;
  switch (error.delivery) {
    case 'unsent': // full jitter: 0.5 s, 1 s
      return attempt < TRIES ? random * 500 * 2 ** (attempt - 1) : undefined;
    case 'unanswered': // soon, because a server's grace window for the old token is short
      return attempt < TRIES ? 1000 + random * 1000 : undefined;
    case 'answered': // providers differ in what they call a bad request: once more, after a re-read
      return attempt < 2 ? random * 1000 : undefined;
  }
}

/**
 * Ms of silence after the n-th failed flight in a row (from 1): 1 s doubling to 60 s, jittered; longer where the server said so.
 * To 4 s where nothing had been sent: that spares nobody, and most often it is this client that is offline.
 */
export function backoffDelay(failures: number, random: number, error?: TokenError): number {
  const longest = error?.delivery === 'unsent' ? 4000 : 60_000;
  const growing = Math.min(longest, 1000 * 2 ** Math.min(failures - 1, 6)) * (0.5 + random / 2);
  if (error?.code === 'ERR_REFRESH_CONFIGURATION') return Math.max(growing, 60_000);
  return Math.max(growing, spread(Math.min(error?.retryAfter ?? 0, HOUR), random));
}

/**
 * A time that the server named, and some jitter above it: many sessions that were told the same would otherwise call in
 * the same moment.
 */
const spread = (retryAfter: number, random: number): number =>
  retryAfter > 0 ? retryAfter + random * Math.max(1000, retryAfter / 4) : 0;
