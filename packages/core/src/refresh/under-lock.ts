import { TokenError, tokenErrorOf } from '../errors/errors.ts';
import { safeCause } from '../errors/safe-cause.ts';
import type { HeldLock, RefreshLock } from '../session/lock.ts';
import type { Clock } from '../time/clock.ts';
import type { Pause } from '../time/pause.ts';

/** Ms that is waited for a lock: longer than a lease takes to come free. */
const LOCK_WAIT = 35_000;
/** Ms that a release gets once the task has ended. */
const RELEASE_WAIT = 10_000;

export type Locked<T> =
  | { readonly done: T }
  /** Somebody changed what the wait was about. */
  | 'interrupted'
  | { readonly failed: TokenError };

/**
 * Runs `task` under a lock, within 35 s, unless an interrupt of `pause` comes first. The task runs at most once, whatever
 * the lock does: one that calls it twice gets the first promise again, and one that calls it after the wait was given up
 * gets nothing. A task that has begun is waited for to its end, also where the lock fails while it runs. A release that hangs is
 * left after 10 s.
 */
export async function underLock<T>(
  options: {
    readonly lock: RefreshLock;
    readonly name: string;
    readonly clock: Clock;
    readonly pause: Pause;
    /** Told how long the wait for the lock was, in ms. */
    readonly waited: (ms: number) => void;
  },
  task: (held: HeldLock) => Promise<T>,
): Promise<Locked<T>> {
  const { lock, name, clock, pause, waited } = options;
  const asked = clock.monotonic();
  const waiting = new AbortController();
  let givenUp = false;
  let overtaken = false;
  let running: Promise<T> | undefined;
  const abort = (): void =>
    waiting.abort(unavailable(`The lock "${name}" was not free within ${LOCK_WAIT} ms`));
  const cancelWait = clock.setTimeout(abort, LOCK_WAIT, true);
  const stopListening = pause.onInterrupt(() => {
    overtaken = true;
    abort();
  });
  const stopWaiting = (): void => {
    cancelWait();
    stopListening();
  };

  const failure = await new Promise<unknown>((resolve) => {
    let ended = false;
    let cancelRelease = (): void => undefined;
    const end = (error?: unknown): void => {
      ended = true;
      cancelRelease();
      resolve(error);
    };
    const granted = async (held?: HeldLock | null): Promise<void> => {
      if (running === undefined) {
        if (givenUp || waiting.signal.aborted) return; // nobody waits for this any more
        stopWaiting();
        waited(clock.monotonic() - asked);
        running = task(held ?? {});
        const release = (): void => {
          if (!ended) cancelRelease = clock.setTimeout(end, RELEASE_WAIT, true);
        };
        running.then(release, release);
      }
      await running;
    };
    // A lock that does not listen to its signal must not hold the flight.
    waiting.signal.addEventListener('abort', () => end(waiting.signal.reason));
    Promise.resolve(lock.request(name, { signal: waiting.signal }, granted)).then(
      () => end(),
      (error: unknown) => end(error ?? new Error('no reason')),
    );
  }).catch((error: unknown) => error);
  givenUp = true;
  stopWaiting();

  // Where the lock failed while it was held, what is under way goes on: the answer to what was sent is still to come.
  if (running !== undefined) return { done: await running };
  waited(clock.monotonic() - asked);
  if (overtaken) return 'interrupted';
  return {
    failed:
      failure === undefined
        ? unavailable(`The lock "${name}" did not run its task`)
        : lockError(failure),
  };
}

const unavailable = (message: string, cause?: Error): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', { message, cause });

/** A lock that knows what is wrong says so itself, also with an error of another copy of this package. */
const lockError = (error: unknown): TokenError => {
  const own = tokenErrorOf(error);
  return own !== undefined && own === error
    ? own
    : unavailable('The lock failed', safeCause(error));
};
