/** Those who wait for one signal to abort. Kept at the signal, so that it has one listener for them all. */
const WAITING = Symbol('waiting');

interface Shared {
  [WAITING]?: Set<(reason: unknown) => void>;
}

/**
 * Rejects with the signal's reason as soon as it aborts, whatever `promise` does; else settles as `promise` does. For
 * sources that do not listen to the signal themselves: a waiter's abort is prompt.
 */
export function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | null | undefined,
): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const leave = signal.aborted ? reject(reasonOf(signal)) : onAbort(signal, reject);
    const done =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        leave?.();
        settle(value);
      };
    promise.then(done(resolve), done(reject));
  });
}

/** Polyfilled signals have no reason. */
export const reasonOf = ({ reason }: AbortSignal): unknown =>
  reason === undefined
    ? Object.assign(new Error('This operation was aborted'), { name: 'AbortError' })
    : reason;

/**
 * Calls `abort` with the reason once the signal aborts; returns leave. One listener serves all: adding and removing one
 * takes a signal longer the more it has, and Node prints a warning from the eleventh on.
 */
export function onAbort(
  signal: AbortSignal & Shared,
  abort: (reason: unknown) => void,
): () => void {
  const waiting = (signal[WAITING] ??= listen(signal));
  waiting.add(abort);
  return () => {
    if (waiting.delete(abort) && waiting.size === 0) leaveAlone(signal);
  };
}

function listen(signal: AbortSignal & Shared): Set<(reason: unknown) => void> {
  signal.addEventListener('abort', tellAll);
  return new Set();
}

function tellAll(this: AbortSignal & Shared): void {
  const waiting = this[WAITING];
  leaveAlone(this);
  const reason = reasonOf(this);
  for (const abort of waiting ?? []) abort(reason);
}

function leaveAlone(signal: AbortSignal & Shared): void {
  delete signal[WAITING];
  signal.removeEventListener('abort', tellAll);
}
