/** Those who wait for one signal to abort. Kept at the signal, so that it has one listener for them all. */
const WAITING = Symbol('waiting');

interface Shared {
  [WAITING]?: Set<() => void>;
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
    const abort = (): void =>
      // Polyfilled signals have no reason.
      reject(
        signal.reason === undefined
          ? Object.assign(new Error('This operation was aborted'), { name: 'AbortError' })
          : signal.reason,
      );
    const leave = signal.aborted ? abort() : onAbort(signal, abort);
    const done =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        leave?.();
        settle(value);
      };
    promise.then(done(resolve), done(reject));
  });
}

// Node prints a warning from the eleventh listener on, and a burst often has one signal for all of it.
function onAbort(signal: AbortSignal & Shared, abort: () => void): () => void {
  const waiting = (signal[WAITING] ??= listen(signal));
  waiting.add(abort);
  return () => {
    waiting.delete(abort);
    if (waiting.size === 0) leaveAlone(signal);
  };
}

function listen(signal: AbortSignal & Shared): Set<() => void> {
  const waiting = new Set<() => void>();
  signal.addEventListener('abort', tellAll);
  return waiting;
}

function tellAll(this: AbortSignal & Shared): void {
  const waiting = this[WAITING];
  leaveAlone(this);
  for (const abort of waiting ?? []) abort();
}

function leaveAlone(signal: AbortSignal & Shared): void {
  delete signal[WAITING];
  signal.removeEventListener('abort', tellAll);
}
