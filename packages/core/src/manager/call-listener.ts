/**
 * Calls a listener. One that throws must not reach into the protocol, nor keep an event from the others; its error
 * surfaces as that of any event listener does.
 *
 * @example
 * ```ts
 * import { callListener } from 'unexpired/adapter';
 *
 * const emit = (listeners: Iterable<(event: string) => void>, event: string): void => {
 *   for (const listener of [...listeners]) callListener(() => listener(event));
 * };
 * ```
 */
export function callListener(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
