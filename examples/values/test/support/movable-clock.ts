import type { Clock } from 'unexpired';
import { systemClock } from 'unexpired/adapter';

/** The machine's clock, which a test sets ahead. */
export function movableClock(): Clock & { move(ms: number): void } {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic() + ahead,
    setTimeout: systemClock.setTimeout,
    move(ms) {
      ahead += ms;
    },
  };
}
