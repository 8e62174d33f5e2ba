import type { Clock, SessionStatus, TokenEvent } from 'unexpired';
import { callListener, fingerprint } from 'unexpired/adapter';

/** What is told of a session: its status, and events. */
export function createTold(name: string, clock: Clock) {
  const listeners = new Set<(event: TokenEvent) => void>();
  let status: SessionStatus = 'unknown';
  const emit = (event: object, token?: string): void => {
    const full = {
      ...{ name, at: clock.now(), ...event },
      ...(token !== undefined && { token: fingerprint(token) }),
    } as TokenEvent;
    for (const listener of [...listeners]) callListener(() => listener(full));
  };
  return {
    emit,
    get status() {
      return status;
    },
    /** The first status is `ready`, whichever it is. */
    become(next: Exclude<SessionStatus, 'unknown'>, event?: object, token?: string): void {
      const isFirst = status === 'unknown';
      status = next;
      if (isFirst) emit({ type: 'ready', status: next });
      else if (event !== undefined) emit(event, token);
    },
    subscribe(listener: (event: TokenEvent) => void): () => void {
      const own = (event: TokenEvent): void => listener(event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    silence: () => listeners.clear(),
  };
}
