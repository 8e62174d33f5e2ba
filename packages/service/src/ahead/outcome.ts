import type { TokenError } from 'unexpired';

/** How an attempt to refresh a session ahead of demand ended. */
export type Outcome =
  | {
      /** There is a newer generation, or the session is over: the schedule has moved with the record. */
      readonly type: 'moved';
    }
  | {
      /** Somebody else is at it, or it has to wait for its turn: that is no failure of the session. */
      readonly type: 'parked';
      /** Ms, where somebody said how long. */
      readonly retryAfter?: number | undefined;
    }
  | {
      readonly type: 'failed';
      readonly code: TokenError['code'];
      readonly retryAfter?: number | undefined;
    };

/** What becomes of the row in the schedule. */
export interface Parking {
  /** Ms until it may be claimed again. */
  readonly pause: number;
  /** Failures in a row. */
  readonly failures: number;
}

/** Ms: a session is left alone for so long after a failure, then twice as long, up to the last. */
const COOL_DOWN = 30_000;
const LONGEST = 900_000;
/** Ms that a session waits whose redemption somebody else has announced. */
const PARKED = 15_000;

/**
 * When a claimed session may be claimed again; `undefined`: what is in the schedule is right already. `failures`: those before.
 * `random` is in [0, 1). `isDown`: the provider fails for all, which says nothing of the session.
 */
export function parkingAfter(
  outcome: Outcome,
  failures: number,
  random: number,
  isDown = false,
): Parking | undefined {
  if (outcome.type === 'moved') return undefined;
  const { retryAfter = 0 } = outcome;
  const asked = retryAfter > 0 ? retryAfter * (1 + random / 4) : 0;
  if (outcome.type === 'parked') return { pause: Math.max(asked, PARKED * (1 + random)), failures };
  const growing =
    outcome.code === 'ERR_STORE_RECORD'
      ? LONGEST // it stays as it is until somebody deposits anew
      : Math.min(LONGEST, COOL_DOWN * 2 ** (isDown ? 0 : Math.min(failures, 10)));
  return {
    pause: Math.max(asked, growing * (1 + random / 2)),
    failures: isDown ? failures : failures + 1,
  };
}
