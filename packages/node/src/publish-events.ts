import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { TokenEvent } from 'unexpired';
import { unless } from 'unexpired/adapter';

/** A manager, a pool, or whatever else tells of its events. */
interface Session {
  subscribe(listener: (event: TokenEvent) => void): () => void;
}

/** What two events of one flight have in common. */
interface FlightEvent {
  readonly name: string;
  readonly type: string;
  readonly flight?: string;
  readonly error?: unknown;
}

/**
 * Publishes the events of a manager or a pool on `node:diagnostics_channel`, for logs and traces: all of them on
 * `unexpired:event`, and each refresh as a span of the tracing channel `unexpired:refresh`. The two events of a flight,
 * `refreshStarted` and `refreshEnded`, are one span: its context has the members of the first, and from the end on those of
 * the second. Nothing is done while nobody listens, and no event carries a token. Returns stop.
 *
 * @throws TypeError Without `subscribe`.
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 * import { publishEvents } from '@unexpired/node';
 * import { createTokenManager } from 'unexpired';
 *
 * const tokens = createTokenManager({ refresh: ({ refreshToken }) => myClient.refresh(refreshToken) });
 * publishEvents(tokens);
 * subscribe('unexpired:event', (event) => console.log(event));
 * ```
 */
export function publishEvents(session: Session): () => void {
  const tells = typeof (session as Session | undefined)?.subscribe === 'function';
  const wrong = unless(tells, 'whatever has subscribe(), as a manager or a pool', session);
  if (wrong !== undefined) throw new TypeError(`publishEvents: ${wrong}`);
  const events = channel('unexpired:event');
  const spans = tracingChannel<object, object>('unexpired:refresh');
  /** Of the flights under way whose start somebody was told of. */
  const contexts = new Map<string, { error?: unknown }>();

  const trace = (event: FlightEvent): void => {
    const { name, type, flight } = event;
    if (flight === undefined) return;
    const id = JSON.stringify([name, flight]); // a pool has many managers, and each counts for itself
    if (type === 'refreshStarted') {
      if (!hasSubscribers(spans)) return;
      const context = { ...event };
      contexts.set(id, context);
      spans.start.publish(context);
      spans.end.publish(context);
    } else if (type === 'refreshEnded') {
      const context = contexts.get(id);
      if (context === undefined) return;
      contexts.delete(id);
      Object.assign(context, event);
      if (event.error !== undefined) spans.error.publish(context);
      spans.asyncStart.publish(context);
      spans.asyncEnd.publish(context);
    }
  };

  const unsubscribe = session.subscribe((event) => {
    if (events.hasSubscribers) events.publish(event);
    trace(event);
  });
  return () => {
    unsubscribe();
    contexts.clear();
  };
}

/** `tracingChannel().hasSubscribers` is missing in some versions of Node 20. */
const hasSubscribers = (spans: ReturnType<typeof tracingChannel>): boolean =>
  [spans.start, spans.end, spans.asyncStart, spans.asyncEnd, spans.error].some(
    (one) => one.hasSubscribers,
  );
