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
    const abort = (): void => {
      signal.removeEventListener('abort', abort);
      // Polyfilled signals have no reason.
      reject(
        signal.reason === undefined
          ? Object.assign(new Error('This operation was aborted'), { name: 'AbortError' })
          : signal.reason,
      );
    };
    const done =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        signal.removeEventListener('abort', abort);
        settle(value);
      };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
    promise.then(done(resolve), done(reject));
  });
}
