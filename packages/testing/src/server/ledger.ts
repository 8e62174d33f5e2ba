import { fingerprint } from 'unexpired/adapter';
import type { Fault } from './faults.ts';

/** What the server counted. */
export interface ServerCounters {
  /** Calls of the token endpoint that clients made, whether or not they arrived. */
  readonly calls: number;
  /** Refresh tokens that arrived and were acted upon. */
  readonly redemptions: number;
  /** Those that brought a new refresh token. */
  readonly rotations: number;
  /** Those of a refresh token that had been rotated away, and was past its grace. */
  readonly reuseDetections: number;
  /** Those of one that had been rotated away, and was within its grace. */
  readonly graceAnswers: number;
  /** Sessions that a reuse ended. */
  readonly sessionsRevoked: number;
  /** Tokens handed out without a session. */
  readonly acquisitions: number;
  /** Requests of the API, and those that were answered with 401. */
  readonly apiRequests: number;
  readonly apiRefusals: number;
  /** The most calls with one and the same refresh token that were under way at a time. More than 1: single flight is broken. */
  readonly mostOutstanding: number;
}

/** Something that happened at the server. `token` is the fingerprint of the refresh token concerned. */
export interface ServerEvent {
  readonly type:
    | 'signedIn'
    /** A client began a call. */
    | 'called'
    /** A fault was planned for the call and strikes now. */
    | 'fault'
    /** The server acted on a refresh token. */
    | 'rotated'
    | 'renewed'
    | 'grace'
    | 'reused'
    | 'refused'
    | 'acquired'
    /** The session is over: see `because`. */
    | 'sessionEnded'
    /** The client has its answer, or an error in its place. */
    | 'answered'
    | 'failed';
  /** Ms since the epoch, by the server's clock. */
  readonly at: number;
  /** Counts the calls, from 1. */
  readonly call?: number;
  readonly session?: string;
  readonly token?: string;
  readonly fault?: Fault['type'];
  /** Had the server acted when the fault struck? */
  readonly acted?: boolean;
  /** With `sessionEnded`: a reused refresh token, a revocation (RFC 7009), or `endSession()`. */
  readonly because?: 'reuse' | 'revocation' | 'endSession';
  /** The fingerprint of the refresh token that a rotation brought. */
  readonly successor?: string;
}

export type CounterName = Exclude<keyof ServerCounters, 'mostOutstanding'>;

export interface Ledger {
  readonly counters: ServerCounters;
  readonly events: readonly ServerEvent[];
  count(name: CounterName): number;
  write(
    event: Omit<ServerEvent, 'at' | 'token' | 'successor'> & {
      readonly token?: string | undefined;
      readonly successor?: string | undefined;
    },
  ): void;
  /** A call with this refresh token begins; returns its end. */
  outstanding(refreshToken: string | undefined): () => void;
}

/** Keeps count and a log, without keeping a token. */
export function createLedger(now: () => number): Ledger {
  const counts: Record<CounterName, number> = {
    calls: 0,
    redemptions: 0,
    rotations: 0,
    reuseDetections: 0,
    graceAnswers: 0,
    sessionsRevoked: 0,
    acquisitions: 0,
    apiRequests: 0,
    apiRefusals: 0,
  };
  const events: ServerEvent[] = [];
  const underWay = new Map<string, number>();
  let mostOutstanding = 0;

  return {
    get counters() {
      return { ...counts, mostOutstanding };
    },
    events,
    count: (name) => ++counts[name],
    write({ token, successor, ...event }) {
      events.push({
        ...event,
        at: now(),
        ...(token === undefined ? {} : { token: fingerprint(token) }),
        ...(successor === undefined ? {} : { successor: fingerprint(successor) }),
      });
    },
    outstanding(refreshToken) {
      if (refreshToken === undefined) return () => undefined;
      const key = fingerprint(refreshToken);
      const count = (underWay.get(key) ?? 0) + 1;
      underWay.set(key, count);
      mostOutstanding = Math.max(mostOutstanding, count);
      return () => {
        const left = (underWay.get(key) ?? 1) - 1;
        if (left === 0) underWay.delete(key);
        else underWay.set(key, left);
      };
    },
  };
}
