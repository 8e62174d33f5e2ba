import type { Clock } from '../time/clock.ts';
import { TokenError } from '../errors/errors.ts';
import { oneError } from '../errors/one-error.ts';
import { backoffDelay } from './retry.ts';

/** Generations are told apart by identity; `undefined`: there was none yet. */
type Generation = object | undefined;

/** The silence after a refresh that failed. It belongs to the generation that could not be refreshed; a newer one knows nothing of it. */
export interface BackOff {
  /** Notes a failed refresh of `from`, after which `current` is what there is. Returns the ms of silence, `least` at the least. */
  begin(from: Generation, current: Generation, error: TokenError, least?: number): number;
  end(): void;
  /** Is this a silence in which nothing had been sent? Then nobody is spared by it once the network is back. */
  readonly mayEndEarly: () => boolean;
  /** Why `current` may not be refreshed now, with the ms that are left as `retryAfter`; `undefined`: it may. */
  obstacle(current: Generation): TokenError | undefined;
}

export function createBackOff(clock: Clock, random: () => number): BackOff {
  let silence:
    | {
        readonly of: Generation;
        readonly failures: number;
        readonly until: number;
        readonly error: TokenError;
      }
    | undefined;
  const toAll = oneError();
  return {
    begin(from, current, error, least = 0) {
      const failures = silence !== undefined && silence.of === from ? silence.failures + 1 : 1;
      const delay = Math.max(least, backoffDelay(failures, random(), error));
      silence = { of: current, failures, until: clock.monotonic() + delay, error };
      return delay;
    },
    end: () => (silence = undefined),
    mayEndEarly: () => silence?.error.delivery === 'unsent',
    obstacle(current) {
      if (silence === undefined || silence.of !== current) return undefined;
      const { error, until } = silence;
      const retryAfter = until - clock.monotonic();
      if (retryAfter <= 0) return undefined;
      return toAll(
        new TokenError(error.code, {
          message: error.message,
          cause: error,
          retryAfter,
          delivery: error.delivery,
        }),
      );
    },
  };
}
