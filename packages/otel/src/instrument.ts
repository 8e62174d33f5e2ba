import {
  type Attributes,
  type MeterProvider,
  metrics,
  type Span,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { TokenEvent } from 'unexpired';
import { checkAll, isFunction, type Kind, unless } from 'unexpired/adapter';
import { kindsOf } from './attributes.ts';
import { type Counters, createInstruments, type Instruments } from './metrics.ts';
import { endRefresh, markReplay, startRefresh } from './spans.ts';

/** Where figures and spans go, and what they carry besides. */
export interface InstrumentOptions {
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider | undefined;
  /**
   * More attributes, such as a provider's name: for metrics and spans alike, so few values each, and not the session's name.
   * It is asked for every event. What it throws surfaces as an uncaught error, as that of any listener; the refresh goes on.
   */
  readonly attributes?: ((event: TokenEvent) => Attributes | undefined) | undefined;
}

const has =
  (method: string): Kind =>
  (value) =>
    unless(
      typeof (value as Readonly<Record<string, unknown>> | null)?.[method] === 'function',
      `an object with ${method}()`,
      value,
    );

const KINDS: Readonly<Record<keyof InstrumentOptions, Kind>> = {
  meterProvider: has('getMeter'),
  tracerProvider: has('getTracer'),
  attributes: isFunction,
};

/** A manager, a pool, a service: whatever tells of its events. */
export interface Instrumented {
  subscribe(listener: (event: TokenEvent) => void): () => void;
}

interface Flight {
  readonly span: Span;
  readonly attributes: Attributes;
}

/**
 * Metrics and spans of a manager, a pool, a service: whatever has `subscribe`. No session's name, no token and no message of
 * an error is in them. Returns stop, which ends the spans of refreshes that are under way.
 *
 * @throws TypeError Without `subscribe`, and for an option that is wrong or does not exist.
 * @example
 * ```ts
 * import { createTokenPool } from 'unexpired';
 * import { instrument } from '@unexpired/otel';
 *
 * const sessions = createTokenPool((id) => ({ store: storeOf(id), refresh }));
 * const stop = instrument(sessions, { attributes: () => ({ provider: 'xero' }) });
 * ```
 */
export function instrument(session: Instrumented, options: InstrumentOptions = {}): () => void {
  if (typeof session?.subscribe !== 'function')
    throw new TypeError(
      'instrument() takes whatever has subscribe(): a manager, a pool, a service',
    );
  checkAll('instrument', options, KINDS);
  const to = createInstruments((options.meterProvider ?? metrics).getMeter('@unexpired/otel'));
  const tracer = (options.tracerProvider ?? trace).getTracer('@unexpired/otel');
  const flights = new Map<string, Flight>();

  const unsubscribe = session.subscribe((event) => {
    const more = () => options.attributes?.(event) ?? {};
    if (event.type === 'refreshStarted') begin(event, more());
    else if (event.type === 'refreshEnded') end(event, more);
    else count(to, tracer, event, more());
  });

  function begin(event: TokenEvent & { type: 'refreshStarted' }, more: Attributes): void {
    const span = startRefresh(tracer, event, more);
    // What is added and taken away again has to have the same attributes.
    const attributes = { ...kindsOf(event), ...more };
    flights.set(keyOf(event), { span, attributes });
    to.inFlight(1, attributes);
  }

  function end(event: TokenEvent & { type: 'refreshEnded' }, more: () => Attributes): void {
    const flight = flights.get(keyOf(event));
    flights.delete(keyOf(event));
    if (flight !== undefined) to.inFlight(-1, flight.attributes);
    let extra: Attributes = {};
    try {
      extra = more();
      measure(to, event, { ...kindsOf(event), ...extra });
    } finally {
      if (flight !== undefined) endRefresh(flight.span, event, extra);
    }
  }

  return () => {
    unsubscribe();
    for (const { span, attributes } of flights.values()) {
      to.inFlight(-1, attributes);
      span.end();
    }
    flights.clear();
  };
}

// A pool has many managers, each of which counts its flights for itself.
const keyOf = ({ name, flight }: { readonly name: string; readonly flight: string }): string =>
  JSON.stringify([name, flight]);

function measure(
  { count: add, record }: Instruments,
  event: TokenEvent & { type: 'refreshEnded' },
  attributes: Attributes,
): void {
  add.refreshes(1, attributes);
  // Also a 0 is told: a counter that was never seen cannot raise an alert.
  add.attempts(event.attempts, attributes);
  add.lostAnswers(event.unanswered, attributes);
  record.refresh(event.duration / 1000, attributes);
  record.lockWait(event.lockWait / 1000, attributes);
  record.intentWait(event.intentWait / 1000, attributes);
  record.waiting(event.waiting, attributes);
}

/** Which counter goes up with an event. The two of a refresh are told apart above, and `ready` changes nothing. */
const COUNTED: Partial<Record<TokenEvent['type'], keyof Counters>> = {
  rejected: 'rejections',
  sessionEnded: 'sessionsEnded',
  signedIn: 'signIns',
  signedOut: 'signOuts',
  replayed: 'replays',
  notReplayed: 'notReplayed',
  unsigned: 'unsigned',
  warning: 'warnings',
};

function count(
  { count: add }: Instruments,
  tracer: Tracer,
  event: TokenEvent,
  more: Attributes,
): void {
  // One's own new token is a refresh that ended.
  const adopted = event.type === 'refreshed' && event.by === 'peer';
  const counter = adopted ? 'adoptions' : COUNTED[event.type];
  if (counter !== undefined) add[counter](1, { ...kindsOf(event), ...more });
  if (event.type === 'replayed') markReplay(tracer, event, more);
}
