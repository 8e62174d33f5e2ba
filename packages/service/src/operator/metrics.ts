import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ServiceEvent, SessionEvent } from '../create-service.ts';
import type { ServiceStatus } from '../status.ts';
import type { Fleet } from './fleet.ts';
import type { Flights } from './flights.ts';
import { BUCKETS, COUNTERS, GAUGES, HISTOGRAMS, REQUESTS } from './metric-names.ts';
import type { Answered } from './measured-fetch.ts';
import { createTally } from './tally.ts';
import type { StoreCall } from './watched-database.ts';

type Labels = Readonly<Record<string, string>>;

/** The figures of this process, in the format of Prometheus. */
export interface Metrics {
  heard(event: ServiceEvent): void;
  called(call: StoreCall): void;
  answered(answer: Answered): void;
  text(): Promise<string>;
  readonly contentType: string;
}

interface Figures {
  add(name: keyof typeof COUNTERS, value?: number, labels?: Labels): void;
  measure(name: keyof typeof HISTOGRAMS, ms: number, labels: Labels): void;
}

export interface MetricsParts {
  /** The names of all providers: each has its figures from the start, as an alert needs them. */
  readonly providers: readonly string[];
  readonly flights: Flights;
  /** Requests for a token that are not answered yet. */
  readonly waiters: () => number;
  readonly fleet: Fleet;
}

export function createMetrics(parts: MetricsParts): Metrics {
  const { providers, flights, waiters, fleet } = parts;
  const registry = new Registry();
  const figures = figuresIn(registry);
  const set = gaugesIn(registry);
  const name = 'unexpired_http_request_seconds';
  const requests = createTally(name, REQUESTS[name], BUCKETS);
  for (const provider of providers) figures.add('unexpired_lost_answers_total', 0, { provider });
  return {
    heard: (event) => count(figures, event),
    called: ({ operation, duration }) =>
      figures.measure('unexpired_store_seconds', duration, { op: operation }),
    answered({ route, status, duration }) {
      requests.observe(route, status, duration / 1000);
      const kind = status < 400 ? undefined : FAILURES[status];
      if (kind !== undefined) figures.add('unexpired_auth_failures_total', 1, { kind });
    },
    async text() {
      set.unexpired_not_durable.set(flights.notDurable);
      set.unexpired_waiters.set(waiters());
      for (const provider of providers) set.unexpired_in_flight.set({ provider }, 0);
      for (const { provider } of flights.underWay()) set.unexpired_in_flight.inc({ provider });
      showFleet(set, await fleet());
      return `${await registry.metrics()}\n${requests.text()}`;
    },
    contentType: registry.contentType,
  };
}

const FAILURES: Readonly<Record<number, string>> = {
  401: 'credentials',
  403: 'scope',
  429: 'limit',
};

function figuresIn(registry: Registry): Figures {
  const registers = [registry];
  const counters = eachOf(
    COUNTERS,
    (name, [help, ...labelNames]) => new Counter({ name, help, labelNames, registers }),
  );
  const histograms = eachOf(
    HISTOGRAMS,
    (name, [help, ...labelNames]) =>
      new Histogram({ name, help, labelNames, registers, buckets: [...BUCKETS] }),
  );
  return {
    add: (name, value = 1, labels = {}) => counters[name].inc(labels, value),
    measure: (name, ms, labels) => histograms[name].observe(labels, ms / 1000),
  };
}

const gaugesIn = (registry: Registry) =>
  eachOf(
    GAUGES,
    (name, [help, ...labelNames]) => new Gauge({ name, help, labelNames, registers: [registry] }),
  );

/** What is not known is left out, so that nobody takes an old figure for a new one. */
function showFleet(set: Gauges, status: ServiceStatus | undefined): void {
  for (const name of OF_FLEET) set[name].reset();
  if (status === undefined) return;
  set.unexpired_replicas.set(status.replicas.length);
  for (const { name: provider, sessions, lag, leastToExpiry, breaker } of status.providers) {
    for (const [state, count] of Object.entries(sessions))
      set.unexpired_sessions.set({ provider, state }, count);
    set.unexpired_due_lag_seconds.set({ provider }, lag / 1000);
    set.unexpired_breaker_open.set({ provider }, breaker === 'open' ? 1 : 0);
    if (leastToExpiry !== undefined)
      set.unexpired_least_seconds_to_expiry.set({ provider }, leastToExpiry / 1000);
  }
}

type Gauges = ReturnType<typeof gaugesIn>;
const OF_FLEET = [
  'unexpired_sessions',
  'unexpired_due_lag_seconds',
  'unexpired_least_seconds_to_expiry',
  'unexpired_breaker_open',
  'unexpired_replicas',
] as const;

function count({ add, measure }: Figures, event: ServiceEvent): void {
  if (event.type === 'requestFailed') return add('unexpired_requests_failed_total');
  if (event.type === 'auditDropped') return add('unexpired_audit_dropped_total', event.calls);
  if (event.type === 'workFailed') return add('unexpired_background_failures_total');
  const labels = { provider: event.provider ?? 'unknown' };
  if (event.type === 'refreshEnded') {
    countRefresh({ add, measure }, event, labels);
  } else if (event.type === 'refreshed' && event.by === 'peer') {
    add('unexpired_adoptions_total', 1, labels);
  } else if (event.type === 'rejected') {
    add('unexpired_rejections_total', 1, { late: String(event.then === 'late') });
  } else if (event.type === 'sessionEnded' && event.by === 'self') {
    add('unexpired_sessions_ended_total', 1, { ...labels, code: event.error.code });
  } else if (event.type === 'warning') {
    add('unexpired_warnings_total', 1, { ...labels, code: event.code });
  }
}

function countRefresh(
  { add, measure }: Figures,
  event: SessionEvent & { readonly type: 'refreshEnded' },
  labels: { readonly provider: string },
): void {
  const { reason, outcome } = event;
  add('unexpired_refreshes_total', 1, { ...labels, reason, outcome });
  // Also a 0 is told: a counter that was never seen cannot raise an alert.
  add('unexpired_lost_answers_total', event.unanswered, labels);
  measure('unexpired_refresh_seconds', event.duration, labels);
  measure('unexpired_lock_wait_seconds', event.lockWait, labels);
  measure('unexpired_intent_wait_seconds', event.intentWait, labels);
}

function eachOf<K extends string, V, R>(
  table: Readonly<Record<K, V>>,
  make: (name: K, row: V) => R,
): Readonly<Record<K, R>> {
  const rows = Object.entries<V>(table).map(([name, row]) => [name, make(name as K, row)] as const);
  return Object.fromEntries(rows) as Record<K, R>;
}
