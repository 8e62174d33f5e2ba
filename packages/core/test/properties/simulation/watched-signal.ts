/** A signal that lives as long as its manager and never aborts, as a page's or a server's does; says how many listen to it. */
export interface WatchedSignal {
  readonly signal: AbortSignal;
  readonly listeners: number;
}

export function watchedSignal(): WatchedSignal {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners.add(args[1]);
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners.delete(args[1]);
    remove(...args);
  };
  return {
    signal,
    get listeners() {
      return listeners.size;
    },
  };
}
