import { AsyncLocalStorage } from 'node:async_hooks';

/** Knows, without being told, what is done on behalf of a call that is under way. */
export interface ReentrancyCheck {
  /** Makes the call; whatever it starts until it settles is part of it. */
  during<T>(signal: AbortSignal, call: () => T | PromiseLike<T>): Promise<T>;
  /** The signal of the call that this code is part of. */
  current(): AbortSignal | undefined;
}

export function createReentrancyCheck(): ReentrancyCheck {
  const calls = new AsyncLocalStorage<{ signal: AbortSignal | undefined }>();
  return {
    during(signal, call) {
      const under: { signal: AbortSignal | undefined } = { signal };
      return calls.run(under, async () => {
        try {
          return await call();
        } finally {
          // What it leaves behind, a connection or a timer, keeps this context, and has nothing to do with the call any more.
          under.signal = undefined;
        }
      });
    },
    current: () => calls.getStore()?.signal,
  };
}
