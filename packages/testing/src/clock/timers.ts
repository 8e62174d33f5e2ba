/** A timer that has not run. `at` is on the monotonic clock. */
export interface Timer {
  readonly at: number;
  readonly task: () => void;
  readonly background: boolean;
}

/** Timers in the order in which they run: by their time, then as they were set. */
export interface Timers {
  /** Returns cancel. */
  add(at: number, task: () => void, background: boolean): () => void;
  /** Takes the first one out if it is due by `until`. */
  takeDue(until: number): Timer | undefined;
  next(): number | undefined;
  count(withBackground: boolean): number;
}

export function createTimers(): Timers {
  const waiting: Timer[] = [];
  return {
    add(at, task, background) {
      const timer: Timer = { at, task, background };
      waiting.splice(placeFor(waiting, at), 0, timer);
      return () => {
        const index = waiting.indexOf(timer);
        if (index >= 0) waiting.splice(index, 1);
      };
    },
    takeDue: (until) =>
      waiting[0] !== undefined && waiting[0].at <= until ? waiting.shift() : undefined,
    next: () => waiting[0]?.at,
    count: (withBackground) =>
      withBackground ? waiting.length : waiting.filter((timer) => !timer.background).length,
  };
}

/** Behind all that are due no later, by halving. */
function placeFor(waiting: readonly Timer[], at: number): number {
  let low = 0;
  let high = waiting.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((waiting[middle] as Timer).at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
