import { systemClock } from '../time/clock.ts';

/** Ms: the first pause of a waiter for a lock, and the longest. */
export interface Pace {
  readonly shortest: number;
  readonly longest: number;
}

/** For backends over a network. A waiter is woken as a rule; this is for when nobody calls, or the call is lost. */
export const PACE: Pace = { shortest: 50, longest: 2000 };
/** Ms over which those who wait for the same lease to run out spread. */
const SPREAD = 50;

/** Ms before the next try. Pure. `left`: ms until the lease of the holder runs out, if it is not renewed; negative: unknown. Jitter, so that those who failed together do not try together. */
export function nextTry(
  { shortest, longest }: Pace,
  failures: number,
  left: number,
  random: number,
): number {
  const growing = Math.min(longest, shortest * 2 ** Math.min(failures, 30)) * (0.5 + random / 2);
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
