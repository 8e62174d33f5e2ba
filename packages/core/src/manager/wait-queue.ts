import { TokenError } from '../errors/errors.ts';
import { onAbort, reasonOf } from '../time/abortable.ts';
import type { Clock } from '../time/clock.ts';

/** How a waiter's wait ends. */
export type Settlement<T> = { readonly give: T } | { readonly fail: unknown };

/** Everybody who waits for the session, in the order of arrival. Each waiter settles exactly once, and within `timeout`. */
export interface WaitQueue<W, T> {
  readonly size: () => number;
  /** How many have been answered by `settle` so far. */
  readonly answered: () => number;
  /**
   * Rejects with the signal's reason when it aborts; with ERR_WAIT_LIMIT when the queue is full. `deadline`: when the time
   * is up, on the monotonic clock; default: `timeout` from now.
   */
  enter(waiter: W, signal: AbortSignal | undefined, deadline?: number): Promise<T>;
  /** Asks for every waiter; those for whom the answer is `undefined` go on waiting. */
  settle(decide: (waiter: W) => Settlement<T> | undefined): void;
}

interface Place<W, T> {
  readonly waiter: W;
  readonly deadline: number;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
  /** Stops listening to the signal. */
  readonly deaf: (() => void) | undefined;
  /** Whoever has left is cleared away with others. */
  left: boolean;
}

/** `late` answers for a waiter whose time is up. One timer serves the whole queue: all wait equally long, so the first to come is the first to go. */
export function createWaitQueue<W, T>(options: {
  readonly clock: Clock;
  readonly timeout: number;
  readonly limit: number;
  readonly late: (waiter: W) => Settlement<T>;
}): WaitQueue<W, T> {
  const { clock, timeout, limit, late } = options;
  // A list: in a set of very many each one costs more to find than all the rest.
  let places: Place<W, T>[] = [];
  let size = 0;
  let cancelTimer: (() => void) | undefined;
  let answered = 0;

  const leave = (place: Place<W, T>, end: Settlement<T>): void => {
    if (place.left) return;
    place.left = true;
    size--;
    place.deaf?.();
    // Another list, because somebody may be going through this one.
    if (places.length > 2 * size) places = places.filter(({ left }) => !left);
    if (size === 0) {
      cancelTimer?.();
      cancelTimer = undefined;
    }
    if ('give' in end) place.resolve(end.give);
    else place.reject(end.fail);
  };

  const sweep = (): void => {
    cancelTimer = undefined;
    const now = clock.monotonic();
    for (const place of places) {
      if (place.left) continue;
      if (place.deadline > now) {
        cancelTimer = clock.setTimeout(sweep, place.deadline - now);
        return;
      }
      leave(place, late(place.waiter));
    }
  };

  return {
    size: () => size,
    answered: () => answered,
    enter(waiter, signal, deadline = clock.monotonic() + timeout) {
      if (signal?.aborted) return Promise.reject(reasonOf(signal));
      if (size >= limit)
        return Promise.reject(
          new TokenError('ERR_WAIT_LIMIT', {
            message: `${limit} requests wait for the session already`,
          }),
        );
      return new Promise((resolve, reject) => {
        const place: Place<W, T> = {
          waiter,
          deadline,
          resolve,
          reject,
          deaf: signal && onAbort(signal, (reason) => leave(place, { fail: reason })),
          left: false,
        };
        size++;
        places.push(place);
        cancelTimer ??= clock.setTimeout(sweep, timeout);
      });
    },
    settle(decide) {
      const asked = places;
      // Whoever comes meanwhile was decided upon at that moment.
      const { length } = asked;
      for (let index = 0; index < length; index++) {
        const place = asked[index] as Place<W, T>;
        const end = place.left ? undefined : decide(place.waiter);
        if (end === undefined) continue;
        answered++;
        leave(place, end);
      }
    },
  };
}
