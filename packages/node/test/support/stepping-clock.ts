import type { Clock } from 'unexpired';

/** A clock on which each pause is over as soon as `during` is, and that knows how long all of them were. */
export interface SteppingClock extends Clock {
  /** Ms of each pause so far. */
  readonly pauses: readonly number[];
  /** Those of them that keep no process alive. */
  readonly background: readonly number[];
}

export function steppingClock(during: (pause: number) => unknown = () => undefined): SteppingClock {
  const pauses: number[] = [];
  const background: number[] = [];
  let passed = 0;
  return {
    pauses,
    background,
    now: () => Date.now() + passed,
    monotonic: () => passed,
    setTimeout(task, delay, inBackground = false) {
      let cancelled = false;
      (inBackground ? background : pauses).push(delay);
      void Promise.resolve(during(pauses.length)).then(() => {
        passed += delay;
        if (!cancelled) task();
      });
      return () => (cancelled = true);
    },
  };
}
