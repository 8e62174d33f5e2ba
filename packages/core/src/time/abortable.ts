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
    const leave = signal.aborted ? abort() : listen(signal, abort);
    const done =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        leave?.();
        settle(value);
      };
    promise.then(done(resolve), done(reject));
  });
}

type Join = (abort: () => void) => () => void;

// On the signal itself, under a registered symbol: all copies of this package are one listener to it.
const JOIN = Symbol.for('unexpired.join');

/** Listens to a signal, once for all who do: Node warns of a leak from the eleventh listener on. Returns leave. */
function listen(signal: AbortSignal & { [JOIN]?: Join }, abort: () => void): () => void {
  let join = signal[JOIN];
  if (!join) Object.defineProperty(signal, JOIN, { value: (join = createJoin(signal)) });
  return join(abort);
}

function createJoin(signal: AbortSignal): Join {
  const waiting = new Set<() => void>();
  const run = (): void => {
    signal.removeEventListener('abort', run);
    for (const abort of waiting) abort();
  };
  return (abort) => {
    if (waiting.size === 0) signal.addEventListener('abort', run);
    waiting.add(abort);
    return () => {
      if (waiting.delete(abort) && waiting.size === 0) signal.removeEventListener('abort', run);
    };
  };
}
