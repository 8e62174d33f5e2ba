import { TokenError } from '../errors/errors.ts';
import { oneError } from '../errors/one-error.ts';
import { momentOf } from '../session/freshness.ts';
import { type Generation, isExpired } from '../session/generation.ts';
import type { Clock } from '../time/clock.ts';
import { type BackOff, createBackOff } from './back-off.ts';
import { createLimiter, type Limiter } from './limiter.ts';

/** Ms between two silences that may be ended early. */
const EARLY_EVERY = 5000;

/** The one answer to two questions: may the token endpoint be called now, and may a refused token be replaced? */
export interface Pacing {
  /** Why the token endpoint may not be called for `current` now, with the ms that are left as `retryAfter`; `undefined`: it may. */
  obstacle(current: Generation | undefined): TokenError | undefined;
  /** Is this a silence that somebody who has until `deadline` can wait out? */
  endsBefore(obstacle: TokenError, deadline: number): boolean;
  /** Why a token that the API refused is not replaced yet; `undefined`: it may be. */
  mayReplace(current: Generation): TokenError | undefined;
  /** A flight brought a new token, or ended with what others had brought. That may have expired already: then it counts as useless. */
  succeeded(current: Generation | undefined): void;
  /** A flight of `from` failed, after which `current` is what there is. Returns the ms of silence, `least` at the least. */
  failed(
    from: object | undefined,
    current: Generation | undefined,
    error: TokenError,
    least: number,
  ): number;
  /** Ends a silence in which nothing had been sent: somebody asks by hand, or the network is back. Once in 5 s. */
  endEarly(): boolean;
}

export function createPacing(clock: Clock, random: () => number): Pacing {
  // Made when they are needed: most sessions never fail.
  let backOff: BackOff | undefined;
  let limiter: Limiter | undefined;
  const theLimiter = (): Limiter => (limiter ??= createLimiter());
  const [tooMany, tooSoon] = [oneError(), oneError()];
  let endedEarly = -Infinity;
  return {
    obstacle(current) {
      const silence = backOff?.obstacle(current?.record);
      if (silence !== undefined) return silence;
      const wait = limiter?.wait(clock.monotonic()) ?? 0;
      return wait > 0
        ? tooMany(limited('Too many new tokens were refused or had expired', wait))
        : undefined;
    },
    endsBefore: ({ action, code, retryAfter = Infinity }, deadline) =>
      action === 'retry' &&
      code !== 'ERR_REFRESH_LIMIT' &&
      clock.monotonic() + retryAfter < deadline,
    mayReplace(current) {
      // Tokens that a sign-in brought may be old already. Of a refresh they were new.
      if (current.origin !== 'refresh') return undefined;
      const wait = theLimiter().replaceIn(current.record, current.since, clock.monotonic());
      return wait > 0 ? tooSoon(limited('The API refused a new token', wait)) : undefined;
    },
    succeeded(current) {
      backOff?.end();
      if (current !== undefined && isExpired(current, momentOf(clock)))
        theLimiter().note(clock.monotonic());
    },
    failed(from, current, error, least) {
      if (error.code === 'ERR_REFRESH_ANSWER') theLimiter().note(clock.monotonic());
      backOff ??= createBackOff(clock, random);
      return backOff.begin(from, current?.record, error, least);
    },
    endEarly() {
      const now = clock.monotonic();
      if (backOff?.mayEndEarly() !== true || now - endedEarly < EARLY_EVERY) return false;
      endedEarly = now;
      backOff.end();
      return true;
    },
  };
}

const limited = (message: string, retryAfter: number): TokenError =>
  new TokenError('ERR_REFRESH_LIMIT', { message, retryAfter });
