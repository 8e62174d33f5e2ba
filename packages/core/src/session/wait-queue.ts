import type { Clock } from '../clock.ts';
import { TokenError } from '../errors.ts';

/** How a waiter's wait ends. */
export type Settlement<T> = { readonly give: T } | { readonly fail: unknown };

/** Everybody who waits for the session, in the order of arrival. Each waiter settles exactly once, and within `timeout`. */
export interface WaitQueue<W, T> {
  readonly size: number;
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
  readonly signal: AbortSignal | undefined;
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
  /** One listener a signal, since adding and removing one takes a signal longer the more it has. */
  const signals = new Map<AbortSignal, { readonly places: Set<Place<W, T>>; readonly onAbort: () => void }>();
  let cancelTimer: (() => void) | undefined;

  const leave = (place: Place<W, T>, end: Settlement<T>): void => {
    places.delete(place);
    const group = place.signal && signals.get(place.signal);
    if (place.signal !== undefined && group?.places.delete(place) && group.places.size === 0) {
      signals.delete(place.signal);
      place.signal.removeEventListener('abort', group.onAbort);
    }
    if (places.size === 0) {
      cancelTimer?.();
      cancelTimer = undefined;
    }
    if ('give' in end) place.resolve(end.give);
    else place.reject(end.fail);
  };

  const groupOf = (signal: AbortSignal): Set<Place<W, T>> => {
    const known = signals.get(signal);
    if (known !== undefined) return known.places;
    const group = new Set<Place<W, T>>();
    const onAbort = (): void => {
      for (const place of [...group]) leave(place, { fail: signal.reason });
    };
    signals.set(signal, { places: group, onAbort });
    signal.addEventListener('abort', onAbort);
    return group;
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
    get size() {
      return places.size;
    },
    enter(waiter, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (places.size >= limit)
        return Promise.reject(new TokenError('ERR_WAIT_LIMIT', { message: `${limit} requests wait for the session already` }));
      return new Promise((resolve, reject) => {
        const place: Place<W, T> = { waiter, deadline: clock.monotonic() + timeout, resolve, reject, signal };
        places.add(place);
        if (signal !== undefined) groupOf(signal).add(place);
        cancelTimer ??= clock.setTimeout(sweep, timeout);
      });
    },
    settle(decide) {
      for (const place of [...places]) {
        const end = places.has(place) ? decide(place.waiter) : undefined;
        if (end !== undefined) leave(place, end);
      }
    },
  };
}
