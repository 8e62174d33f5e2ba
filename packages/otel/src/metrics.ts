import { type Attributes, type Meter, ValueType } from '@opentelemetry/api';

/**
 * Every metric. Prometheus reads `unexpired.refreshes` as `unexpired_refreshes_total`. Those in seconds say so in their name,
 * because only some of the ways to Prometheus add the unit, and none adds it twice. The dashboard and the alert rules of
 * this package use these names, and a test compares them.
 */
export const METRICS = {
  refreshes: ['unexpired.refreshes', 'Refreshes that ended, by reason and outcome.', '{refresh}'],
  attempts: ['unexpired.attempts', 'Calls of the token endpoint.', '{call}'],
  lostAnswers: [
    'unexpired.lost_answers',
    'Calls whose answer was lost: the refresh token may be spent.',
    '{call}',
  ],
  adoptions: ['unexpired.adoptions', 'New tokens that another one brought.', '{token}'],
  rejections: [
    'unexpired.rejections',
    'Tokens that the API refused, by what followed.',
    '{refusal}',
  ],
  sessionsEnded: [
    'unexpired.sessions_ended',
    'Refresh tokens that the server refused.',
    '{session}',
  ],
  signIns: ['unexpired.sign_ins', 'Sessions that began.', '{session}'],
  signOuts: ['unexpired.sign_outs', 'Sessions that somebody signed out of.', '{session}'],
  replays: ['unexpired.replays', 'Refused requests that were sent again.', '{request}'],
  notReplayed: [
    'unexpired.not_replayed',
    'Refused requests that could not be sent again: their body can be read once.',
    '{request}',
  ],
  unsigned: ['unexpired.unsigned', 'Origins that were sent no token, once each.', '{origin}'],
  warnings: ['unexpired.warnings', 'Warnings, by code.', '{warning}'],
} as const satisfies Record<string, readonly [name: string, what: string, unit: string]>;

/** The ones that are distributions. */
export const HISTOGRAMS = {
  refresh: ['unexpired.refresh_seconds', 'From the decision to refresh to its end.', 's'],
  lockWait: ['unexpired.lock_wait_seconds', 'Waiting for the lock.', 's'],
  intentWait: [
    'unexpired.intent_wait_seconds',
    'Waiting for a refresh that another one had begun.',
    's',
  ],
  waiting: ['unexpired.waiting', 'Requests that waited when a refresh ended.', '{request}'],
} as const satisfies Record<string, readonly [name: string, what: string, unit: string]>;

/** Refreshes that have begun and not ended. */
export const IN_FLIGHT = ['unexpired.in_flight', 'Refreshes under way.', '{refresh}'] as const;

// A refresh takes a token endpoint's time: 50 ms where all is well, 60 s (the hard cap) where nothing is.
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const REQUESTS = [0, 1, 2, 5, 10, 50, 100, 500, 1000, 10_000];

export type Counters = Readonly<Record<keyof typeof METRICS, Add>>;
export type Histograms = Readonly<Record<keyof typeof HISTOGRAMS, Add>>;
type Add = (value: number, attributes: Attributes) => void;

/** What takes the figures. */
export interface Instruments {
  readonly count: Counters;
  readonly record: Histograms;
  readonly inFlight: Add;
}

/** Makes all of them, on one meter. */
export function createInstruments(meter: Meter): Instruments {
  const valueType = ValueType.INT;
  return {
    count: each(METRICS, ([name, description, unit]) => {
      const counter = meter.createCounter(name, { description, unit, valueType });
      return (value, attributes) => counter.add(value, attributes);
    }),
    record: each(HISTOGRAMS, ([name, description, unit]) => {
      const explicitBucketBoundaries = unit === 's' ? SECONDS : REQUESTS;
      const histogram = meter.createHistogram(name, {
        description,
        unit,
        advice: { explicitBucketBoundaries },
      });
      return (value, attributes) => histogram.record(value, attributes);
    }),
    inFlight: inFlightOf(meter),
  };
}

function inFlightOf(meter: Meter): Add {
  const [name, description, unit] = IN_FLIGHT;
  const counter = meter.createUpDownCounter(name, { description, unit, valueType: ValueType.INT });
  return (value, attributes) => counter.add(value, attributes);
}

function each<K extends string, V>(
  table: Readonly<Record<K, V>>,
  make: (row: V) => Add,
): Record<K, Add> {
  const rows = Object.entries<V>(table).map(([key, row]) => [key, make(row)] as const);
  return Object.fromEntries(rows) as Record<K, Add>;
}
