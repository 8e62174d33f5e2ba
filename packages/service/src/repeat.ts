import type { Clock } from 'unexpired';

/** Work that is done again and again. */
export interface Repeated {
  start(): void;
  /** Resolves when it is not under way any more. */
  stop(): Promise<void>;
}

/** Runs again and again, so many ms after it has ended; the first time at once. */
export function repeat(
  clock: Clock,
  every: number,
  run: () => Promise<void>,
  failed: (error: unknown) => void,
): Repeated {
  let cancel: (() => void) | undefined;
  let under: Promise<void> | undefined;
  let stopped = false;
  const next = (): void => {
    under = run()
      .catch(failed)
      .finally(() => {
        if (!stopped) cancel = clock.setTimeout(next, every, true);
      });
  };
  return {
    start: next,
    async stop() {
      stopped = true;
      cancel?.();
      await under;
    },
  };
}
