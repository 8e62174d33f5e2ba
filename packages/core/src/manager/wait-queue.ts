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
  /** Rejects with the signal's reason when it aborts; with ERR_WAIT_LIMIT when the queue is full. */
  enter(waiter: W, signal: AbortSignal | undefined): Promise<T>;
  /** Asks for every waiter; those for whom the answer is `undefined` go on waiting. */
  settle(decide: (waiter: W) => Settlement<T> | undefined): void;
}

interface Place<W, T> {
  readonly waiter: W;
  readonly deadline: number;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
  /** Stops listening to the signal. */
  readonly deaf?: (() => void) | undefined;
}

/** `late` answers for a waiter whose time is up. One timer serves the whole queue: all wait equally long, so the first to come is the first to go. */
export function createWaitQueue<W, T>(options: {
  readonly clock: Clock;
  readonly timeout: number;
  readonly limit: number;
  readonly late: (waiter: W) => Settlement<T>;
}): WaitQueue<W, T> {
  const { clock, timeout, limit, late } = options;
  const places = new Set<Place<W, T>>();
  let cancelTimer: (() => void) | undefined;
  let answered = 0;

  const leave = (place: Place<W, T>, end: Settlement<T>): void => {
    places.delete(place);
    place.deaf?.();
    if (places.size === 0) {
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
      if (place.deadline > now) {
        cancelTimer = clock.setTimeout(sweep, place.deadline - now);
        return;
      }
      leave(place, late(place.waiter));
    }
  };

  return {
    size: () => places.size,
    answered: () => answered,
    enter(waiter, signal) {
      if (signal?.aborted) return Promise.reject(reasonOf(signal));
      if (places.size >= limit)
        return Promise.reject(
          new TokenError('ERR_WAIT_LIMIT', {
            message: `${limit} requests wait for the session already`,
          }),
        );
      return new Promise((resolve, reject) => {
        const place: Place<W, T> = {
          waiter,
          deadline: clock.monotonic() + timeout,
          resolve,
          reject,
          deaf: signal && onAbort(signal, (reason) => leave(place, { fail: reason })),
        };
        places.add(place);
        cancelTimer ??= clock.setTimeout(sweep, timeout);
      });
    },
    settle(decide) {
      for (const place of [...places]) {
        const end = places.has(place) ? decide(place.waiter) : undefined;
        if (end === undefined) continue;
        answered++;
        leave(place, end);
      }
    },
  };
}
