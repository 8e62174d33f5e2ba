/** A fault, and when it comes: seconds from the start of the load. */
export type Fault = { readonly at: number } & (
  | { readonly type: 'kill' | 'restart'; readonly place: 0 | 1 }
  /** The database ends as in a crash, and is started again so many seconds later. */
  | { readonly type: 'database'; readonly seconds: number }
  | ProviderFault
);

export type ProviderFault =
  /** `hang`: redeems, and answers when it is over. `429`: with a `Retry-After` of a second. */
  | { readonly type: 'hang' | '503' | '429'; readonly seconds: number }
  /** Redeems, and cuts the connection instead of answering, so many times. */
  | { readonly type: 'cut'; readonly calls: number };

/** One run of the proof. */
export interface Plan {
  readonly sessions: number;
  readonly clients: number;
  /** Seconds that a token lives. */
  readonly lifetime: number;
  readonly seconds: number;
  /** Ms between two requests of a client. */
  readonly pause: number;
  readonly faults: readonly Fault[];
  /** Is every session waited for in the end? An announced redemption of one that was killed takes 80 s. */
  readonly settles: boolean;
}

/** The breaker opens at the failures near the end: its probes are 5 to 30 s apart. */
export const SHORT: Plan = {
  ...{ sessions: 100, clients: 10, lifetime: 20, seconds: 30, pause: 100, settles: false },
  faults: [
    { at: 1, type: 'cut', calls: 3 },
    { at: 5, type: 'kill', place: 0 },
    { at: 8, type: 'kill', place: 1 },
    { at: 10, type: 'hang', seconds: 3 },
    { at: 13, type: 'kill', place: 0 },
    { at: 14, type: '429', seconds: 2 },
    { at: 16, type: 'restart', place: 0 },
    { at: 18, type: 'restart', place: 1 },
    { at: 21, type: 'database', seconds: 3 },
    { at: 26, type: '503', seconds: 2 },
    { at: 27, type: 'kill', place: 1 },
  ],
};

/** Seconds of a round of the long forms. */
export const ROUND = 150;
const ROUND_OF_FAULTS: readonly Fault[] = [
  { at: 8, type: 'kill', place: 0 },
  { at: 14, type: 'cut', calls: 8 },
  { at: 18, type: 'kill', place: 1 },
  { at: 26, type: 'hang', seconds: 8 },
  { at: 30, type: 'kill', place: 0 },
  { at: 40, type: '429', seconds: 4 },
  { at: 46, type: 'kill', place: 1 },
  { at: 52, type: 'restart', place: 0 },
  { at: 56, type: 'restart', place: 1 },
  { at: 66, type: 'database', seconds: 20 },
  { at: 94, type: 'kill', place: 0 },
  { at: 102, type: 'kill', place: 1 },
  { at: 110, type: '503', seconds: 8 },
  { at: 124, type: 'kill', place: 0 },
  { at: 136, type: 'kill', place: 1 },
];

/** So many rounds of all faults, with as many sessions and clients as a test of every day has no time for. */
export const long = (rounds: number): Plan => ({
  ...{ sessions: 1000, clients: 50, lifetime: 20, pause: 250, settles: true },
  seconds: rounds * ROUND,
  faults: Array.from({ length: rounds }, (_, round) =>
    ROUND_OF_FAULTS.map((fault) => ({ ...fault, at: fault.at + round * ROUND })),
  ).flat(),
});
