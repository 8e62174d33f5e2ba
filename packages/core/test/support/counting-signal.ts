/** A signal that lives long and counts who listens to it. */
export interface CountingSignal {
  readonly signal: AbortSignal;
  readonly listeners: number;
  abort(reason: unknown): void;
}

export function countingSignal(): CountingSignal {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal) as (...args: unknown[]) => void;
  const remove = signal.removeEventListener.bind(signal) as (...args: unknown[]) => void;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    remove(...args);
  };
  return {
    signal,
    get listeners() {
      return listeners;
    },
    abort: (reason) => controller.abort(reason),
  };
}
