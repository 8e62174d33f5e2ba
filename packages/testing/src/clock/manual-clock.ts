import type { Clock } from 'unexpired';
import { checkAll, isFunction, type Kind, unless } from 'unexpired/adapter';
import { settle } from './settle.ts';
import { createTimers } from './timers.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Time passes: both clocks move, timers run in order, each with everything that it sets off. Rejects with what a timer throws. */
  advance(ms: number): Promise<void>;
  /** Somebody sets the wall clock, forward or back. No time passes, no timer runs. */
  jump(ms: number): void;
  /** The machine sleeps: time passes, the monotonic clock stops, and the timers with it. */
  sleep(ms: number): void;
  /** Real time, ms since the epoch: what a right clock shows. Jumps do not change it. Servers have this one. */
  trueTime(): number;
  /** Timers that have not run. 0: nothing is left behind. */
  readonly pending: number;
  /** Those among them that would keep a process alive. */
  readonly pendingForeground: number;
  /** Ms until the next one; `undefined`: there is none. */
  readonly untilNext: number | undefined;
}

/** Options of {@link manualClock}. */
export interface ManualClockOptions {
  /** Where the wall clock starts, ms since the epoch. Default is 2030-01-01T00:00:00Z. */
  readonly now?: number | undefined;
  /** What to wait for before and after each timer. Default is {@link settle}. */
  readonly settle?: (() => Promise<void>) | undefined;
}

const OPTIONS: Readonly<Record<keyof ManualClockOptions, Kind>> = {
  now: (value) => unless(Number.isFinite(value), 'ms since the epoch', value),
  settle: isFunction,
};

/** Timers that run at one and the same moment before they are taken for a loop that never ends. */
const MOST_AT_ONCE = 100_000;

/**
 * A clock for `createTokenManager({ clock })`, so that a test of minutes takes none.
 *
 * @throws TypeError for an option that cannot be right or does not exist.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { manualClock, simulatedServer } from '@unexpired/testing';
 *
 * const clock = manualClock();
 * const server = simulatedServer({ clock });
 * const tokens = createTokenManager({ refresh: server.refresh, clock });
 * await tokens.setSession(server.login());
 * await clock.advance(3_600_000);
 * await tokens.getToken(); // refreshed
 * ```
 */
export function manualClock(options: ManualClockOptions = {}): ManualClock {
  checkAll('manualClock', options, OPTIONS);
  const settled = options.settle ?? settle;
  let trueTime = options.now ?? Date.UTC(2030, 0, 1);
  let offset = 0;
  let monotonic = 0;
  let moving = false;
  const timers = createTimers();

  const pass = (ms: number): void => {
    monotonic += ms;
    trueTime += ms;
  };
  const run = async (until: number): Promise<void> => {
    let atOnce = 0;
    for (;;) {
      await settled();
      const timer = timers.takeDue(until);
      if (timer === undefined) break;
      atOnce = timer.at > monotonic ? 0 : atOnce + 1;
      if (atOnce > MOST_AT_ONCE)
        throw new Error(
          `${MOST_AT_ONCE} timers ran without any time passing: do they set each other?`,
        );
      pass(Math.max(0, timer.at - monotonic));
      timer.task();
    }
    pass(until - monotonic);
  };

  return {
    now: () => trueTime + offset,
    monotonic: () => monotonic,
    trueTime: () => trueTime,
    setTimeout: (task, delay, background = false) =>
      timers.add(monotonic + (delay > 0 ? delay : 0), task, background),
    async advance(ms) {
      if (!(ms >= 0))
        throw new TypeError(
          `advance: expected ms >= 0, got ${ms}; jump() sets the wall clock back`,
        );
      if (moving)
        throw new Error('advance() was called while another one was under way: await it first');
      moving = true;
      try {
        await run(monotonic + ms);
      } finally {
        moving = false;
      }
    },
    jump(ms) {
      offset += ms;
    },
    sleep(ms) {
      if (!(ms >= 0))
        throw new TypeError(`sleep: expected ms >= 0, got ${ms}; jump() sets the wall clock back`);
      trueTime += ms;
    },
    get pending() {
      return timers.count(true);
    },
    get pendingForeground() {
      return timers.count(false);
    },
    get untilNext() {
      const next = timers.next();
      return next === undefined ? undefined : Math.max(0, next - monotonic);
    },
  };
}
