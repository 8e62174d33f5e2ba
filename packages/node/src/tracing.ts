import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { RefreshReason, TokenEvent, TokenManager } from 'unexpired';

/** What subscribers of `tracing:unexpired:refresh:*` get: no token, and of an error only its name. */
export interface RefreshTrace {
  /** The session's name. */
  readonly name: string;
  readonly reason: RefreshReason;
}

/** Publishes the manager's events on the channel `unexpired:event`. Nothing is done while nobody listens. */
export function publishEvents(tokens: Pick<TokenManager, 'subscribe'>): () => void {
  const events = channel('unexpired:event');
  return tokens.subscribe((event: TokenEvent) => {
    if (events.hasSubscribers) events.publish(event);
  });
}

/** Makes the call as a span of the tracing channel `unexpired:refresh`. */
export async function traceRefresh<T>(trace: RefreshTrace, call: () => Promise<T>): Promise<T> {
  const outcome: { settled?: () => T } = {};
  // The channel shows its subscribers what a call resolves or rejects with, and that is where the tokens are.
  const untold = async (): Promise<void> => {
    try {
      const value = await call();
      outcome.settled = () => value;
    } catch (error) {
      outcome.settled = () => {
        throw error;
      };
      // oxlint-disable-next-line preserve-caught-error -- its text and its cause are not for the subscribers
      throw new Error(error instanceof Error ? error.name : 'Error');
    }
  };
  const traced = tracingChannel<object, { name: string; reason: RefreshReason }>(
    'unexpired:refresh',
  ).tracePromise(untold, { ...trace });
  await traced.catch(() => undefined); // its caller gets the call's own error
  return (outcome.settled as () => T)();
}
