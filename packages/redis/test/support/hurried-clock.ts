import type { Clock } from 'unexpired';
import { systemClock } from 'unexpired/adapter';

/** Ms: pauses between two tries are shorter, and limits are longer, each by far. */
const SHORTEST_LIMIT = 5000;

/**
 * A clock on which what is waited for comes sooner: the monotonic one runs 100 times faster, and pauses are 25 times shorter.
 * Limits, which a slow machine must not exceed, and the wall clock are right.
 */
export const hurriedClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now() * 100,
  setTimeout: (task, delay, background) =>
    systemClock.setTimeout(task, delay < SHORTEST_LIMIT ? delay / 25 : delay, background),
};
