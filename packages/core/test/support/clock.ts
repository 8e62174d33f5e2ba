import type { Clock } from '../../src/index.ts';

/** A clock that stands still until it is told to move; wall and monotonic time can part. */
export interface TestClock extends Clock {
  /** Moves both clocks, runs what is due on the way, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock only. */
  jump(ms: number): void;
  /** Timers that have not run. */
  readonly pending: number;
}

/** The real one, also where a test replaces timers. */
const { setImmediate } = globalThis;

/** Lets everything that waits for promises only run: one turn of the event loop. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function testClock(start = 1_800_000_000_000): TestClock {
  let now = start;
  let monotonic = 0;
  let id = 0;
  const timers = new Map<number, { readonly at: number; readonly task: () => void }>();
  return {
    now: () => now,
    monotonic: () => monotonic,
    setTimeout(task, delay) {
      const key = ++id;
      timers.set(key, { at: monotonic + delay, task });
      return () => timers.delete(key);
    },
    jump(ms) {
      now += ms;
    },
    get pending() {
      return timers.size;
    },
    async advance(ms) {
      const until = monotonic + ms;
      for (;;) {
        await settle();
        const due = [...timers]
          .filter(([, timer]) => timer.at <= until)
          .sort(([, a], [, b]) => a.at - b.at)[0];
        if (due === undefined) break;
        const [key, timer] = due;
        timers.delete(key);
        now += Math.max(0, timer.at - monotonic);
        monotonic = Math.max(monotonic, timer.at);
        timer.task();
      }
      now += until - monotonic;
      monotonic = until;
      await settle();
    },
  };
}
