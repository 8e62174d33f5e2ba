import { systemClock } from 'unexpired/adapter';

/** Ms: the first pause, and the longest. Whoever waits is woken as a rule; this is for when nobody calls, or the call is lost. */
const SHORTEST = 50;
const LONGEST = 2000;
/** Ms over which those who wait for the same lease to run out spread. */
const SPREAD = 50;

/** Ms before the next try. Pure. `left`: ms until the lease of the holder runs out, if it is not renewed; negative: unknown. Jitter, so that those who failed together do not try together. */
export function nextTry(failures: number, left: number, random: number): number {
  const growing = Math.min(LONGEST, SHORTEST * 2 ** Math.min(failures, 30)) * (0.5 + random / 2);
  return left < 0 ? growing : Math.min(growing, left + 1 + random * SPREAD);
}

/** Waiting that ends early when somebody calls; a call that comes while nobody waits is kept for the next wait. */
export interface Doze {
  for(delay: number): Promise<void>;
  wake(): void;
}

export function createDoze(): Doze {
  let woken = false;
  let end: (() => void) | undefined;
  return {
    wake() {
      woken = true;
      end?.();
    },
    async for(delay) {
      if (!woken)
        await new Promise<void>((resolve) => {
          const cancel = systemClock.setTimeout(resolve, delay, true);
          end = () => {
            cancel();
            resolve();
          };
        });
      woken = false;
      end = undefined;
    },
  };
}

/** Settles as `promise` does, or rejects with the signal's reason as soon as that aborts. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
