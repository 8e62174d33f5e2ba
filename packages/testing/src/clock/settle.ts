/**
 * Lets everything run that waits for promises only, however long the chain. What waits for the network, a disk or a
 * real timer may take longer. It is one turn of the event loop, not a wait.
 *
 * @example
 * ```ts
 * import { settle } from '@unexpired/testing';
 *
 * let done = false;
 * void Promise.resolve().then(() => { done = true; });
 * await settle();
 * // done is true
 * ```
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    // Node, Bun and Deno; elsewhere a timer of 0 ms, which browsers may make 4.
    const { setImmediate: immediate } = globalThis as {
      setImmediate?: (task: () => void) => unknown;
    };
    if (immediate !== undefined) immediate(resolve);
    else setTimeout(resolve, 0);
  });
}
