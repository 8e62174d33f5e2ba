/** Time, injected. Two clocks, because either one can be wrong: the wall clock jumps, the monotonic one may sleep. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  now(): number;
  /** Ms since some fixed moment; never goes back. */
  monotonic(): number;
  /**
   * Runs `task` once after `delay` ms, however long that is; returns cancel.
   * With `background` the timer does not keep a process alive.
   */
  setTimeout(task: () => void, delay: number, background?: boolean): () => void;
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's own clocks. Delays beyond 2^31-1 ms (24.8 days), which `setTimeout` would run at once, work. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(task, delay, background = false) {
    let timer: unknown;
    const arm = (left: number): void => {
      const step = Math.min(left, LONGEST_TIMER);
      timer = globalThis.setTimeout(() => (left > step ? arm(left - step) : task()), step);
      if (background) (timer as { unref?(): void }).unref?.();
    };
    arm(delay);
    return () => globalThis.clearTimeout(timer as number);
  },
};
