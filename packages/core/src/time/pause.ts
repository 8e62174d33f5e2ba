import type { Clock } from './clock.ts';

/** Waiting that is cut short when what the wait is about has changed. */
export interface Pause {
  /** Resolves after `delay` ms, or at the next interrupt. `foreground`: the wait keeps the process alive. */
  for(delay: number, foreground?: boolean): Promise<void>;
  interrupt(): void;
  /** Returns unsubscribe. */
  onInterrupt(listener: () => void): () => void;
}

export function createPause(clock: Clock): Pause {
  const listeners = new Set<() => void>();
  const onInterrupt = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    onInterrupt,
    interrupt() {
      for (const listener of [...listeners]) listener();
    },
    for: (delay, foreground = false) =>
      new Promise((resolve) => {
        const end = (): void => {
          cancel();
          stop();
          resolve();
        };
        const stop = onInterrupt(end);
        const cancel = clock.setTimeout(end, delay, !foreground);
      }),
  };
}
