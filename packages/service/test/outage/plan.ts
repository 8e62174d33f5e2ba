/** How a token endpoint is away. */
export type Down = '503' | 'silent';

/** What is simulated. Durations in ms. */
export interface Plan {
  readonly sessions: number;
  readonly replicas: number;
  readonly seed: number;
  /** For how long the token endpoint is away. */
  readonly outage: number;
  /** How long it goes on after that. */
  readonly after: number;
  /** Requests of readers a second, of sessions that are drawn by lot. */
  readonly reads: number;
  readonly down: Down;
}

/** Ms that a token lives: what most providers give. */
export const LIFETIME = 3_600_000;
/** The sign-ins come evenly over the time after which a token is due on average: from then on as many are due at all times. */
export const SIGN_INS = LIFETIME * 0.7;
/** Ms after the first sign-in: all have signed in, and as many are due in each second as later. */
export const OUTAGE_AT = LIFETIME * 0.82;
/** Ms until a call of the token endpoint is answered. */
export const LATENCY = 100;

/** What became of it. */
export interface Result {
  /** Sessions without a valid token at some moment. */
  readonly expired: number;
  /** Calls of the token endpoint in the outage: until a replica opened the breaker, until all had heard of it, and after that. */
  readonly untilOpen: number;
  readonly untilHeard: number;
  readonly probes: number;
  /** Calls a second before the outage, on average. */
  readonly usual: number;
  /** Calls in the busiest second after it. */
  readonly peak: number;
  /** Calls a second in the busiest ten seconds later than 20 min after it, when what was refreshed at once might be due at once. */
  readonly echo: number;
  /** Ms after its end until nothing was due for more than 5 s but what was left alone after a failure. */
  readonly caughtUp: number;
}
