/**
 * Calls a listener. One that throws must not reach into the protocol, nor keep an event from the others; its error
 * surfaces as that of any event listener does.
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
