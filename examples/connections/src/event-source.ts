import { createAuthFetch } from '@unexpired/fetch';
import { EventSource } from 'eventsource';
import { followToken, type TokenManager } from 'unexpired';

/**
 * Opens the stream again with each new token, and goes on after the last event. What refuses the token at the start is
 * repaired by the fetch. `onEvent` gets the data of each event.
 */
export function liveEvents(
  tokens: TokenManager,
  url: string,
  onEvent: (data: string) => void,
): () => void {
  const authFetch = createAuthFetch(tokens, { origins: [new URL(url).origin] });
  let last = '';
  let source: EventSource | undefined;
  const stop = followToken(tokens, (token) => {
    source?.close();
    if (token === undefined) return;
    const headers = last === '' ? {} : { 'last-event-id': last };
    source = new EventSource(url, {
      fetch: (input, init) =>
        authFetch(input, { ...init, headers: { ...headers, ...init.headers } }),
    });
    source.addEventListener('message', ({ data, lastEventId }) => {
      last = lastEventId;
      onEvent(String(data));
    });
  });
  return () => {
    stop();
    source?.close();
  };
}
