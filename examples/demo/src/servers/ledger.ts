import { now } from '../clock.ts';

/** What the token endpoint did with one redemption. `refused`: anything but a rotation or a detected reuse. */
export type RedemptionResult = 'rotated' | 'reuse' | 'refused';

/** One call of the token endpoint. Times in ms of the shared monotonic clock. */
export interface Redemption {
  readonly at: number;
  until: number | undefined;
  result: RedemptionResult | undefined;
}

/** One request as it arrived at the API. */
export interface Attempt {
  /** Which of the burst's requests it belongs to. */
  readonly request: number;
  readonly at: number;
  until: number | undefined;
  status: number;
}

/** Everything the two servers counted in one contest. */
export interface Counters {
  readonly tokenCalls: number;
  readonly rotations: number;
  readonly reuseDetections: number;
  readonly apiRequests: number;
  readonly unauthorized: number;
  readonly answered: number;
  readonly apiConnections: ConnectionCount;
  readonly tokenConnections: ConnectionCount;
}

export interface ConnectionCount {
  readonly opened: number;
  readonly atOnce: number;
}

/** The servers' own record of one contest: nothing in it comes from a client's word. */
export interface Ledger {
  readonly redemptions: Redemption[];
  readonly attempts: Attempt[];
  redemption(): Redemption;
  attempt(request: number): Attempt;
  reuseDetected(): void;
  counters(connections: {
    readonly api: ConnectionCount;
    readonly token: ConnectionCount;
  }): Counters;
}

export function createLedger(): Ledger {
  const redemptions: Redemption[] = [];
  const attempts: Attempt[] = [];
  let reuseDetections = 0;

  return {
    redemptions,
    attempts,
    redemption() {
      const redemption: Redemption = { at: now(), until: undefined, result: undefined };
      redemptions.push(redemption);
      return redemption;
    },
    attempt(request) {
      const attempt: Attempt = { request, at: now(), until: undefined, status: 0 };
      attempts.push(attempt);
      return attempt;
    },
    reuseDetected() {
      reuseDetections += 1;
    },
    counters(connections) {
      return {
        tokenCalls: redemptions.length,
        rotations: redemptions.filter(({ result }) => result === 'rotated').length,
        reuseDetections,
        apiRequests: attempts.length,
        unauthorized: attempts.filter(({ status }) => status === 401).length,
        answered: attempts.filter(({ status }) => status === 200).length,
        apiConnections: connections.api,
        tokenConnections: connections.token,
      };
    },
  };
}
