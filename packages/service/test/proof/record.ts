/**
 * What one run of the proof has seen. Times are ms since the epoch, on the clock of the one machine on which all of it runs; `token`
 * is a fingerprint, and no token is in here.
 */
export interface ProofRecord {
  readonly sessions: readonly string[];
  readonly issued: readonly Issued[];
  readonly redemptions: readonly Redemption[];
  /** Access tokens that the API refuses from then on. */
  readonly refusals: readonly { readonly token: string; readonly at: number }[];
  readonly reads: readonly Read[];
  readonly replicas: readonly Replica[];
  /** When the database was away. */
  readonly outages: readonly Span[];
  readonly leaks: readonly Leak[];
  /** How each session stood when all faults were over; empty where nobody has waited for that. */
  readonly last: ReadonlyMap<string, Result>;
}

export interface Span {
  readonly from: number;
  readonly until: number;
}

/** An access token that the provider has given. */
export interface Issued {
  readonly token: string;
  readonly session: string;
  /** No later than the call that yielded it came. */
  readonly at: number;
  readonly lifetime: number;
}

/** A call of the token endpoint, as the provider saw it. */
export interface Redemption {
  /** The process that called. */
  readonly replica: number;
  readonly start: number;
  /** When its answer was sent whole; `undefined`: it never was. */
  readonly end: number | undefined;
  /** `reuse`: the refresh token had been redeemed before, and the session is over; `refused`: no such token; `fault`: not looked at. */
  readonly outcome: 'rotated' | 'reuse' | 'refused' | 'fault';
  /** The refresh token, and whose it is, where it was looked at. */
  readonly token?: string | undefined;
  readonly session?: string | undefined;
  /** The provider has cut the connection instead of answering. */
  readonly isCut: boolean;
}

/** A request to the broker. */
export interface Read {
  readonly key: string;
  readonly begun: number;
  /** When its answer was there; `undefined`: the client has given up. */
  readonly ended: number | undefined;
  /** The generation that an API has refused. */
  readonly rejected?: Generation | undefined;
  readonly result: Result;
  /** What the API said to the token, and when. */
  readonly used?: { readonly status: number; readonly at: number } | undefined;
}

export interface Generation {
  readonly session: string;
  readonly generation: number;
}

export type Result =
  | ({ readonly type: 'token'; readonly token: string } & Generation)
  /** 204: nothing better. */
  | { readonly type: 'none' }
  | { readonly type: 'problem'; readonly status: number; readonly code: string }
  /** No answer, because the connection broke. */
  | { readonly type: 'connection'; readonly code: string }
  /** No answer for as long as a client waits. */
  | { readonly type: 'silence' }
  /** Neither a token nor a problem. */
  | { readonly type: 'odd'; readonly status: number };

/** One process of the broker. */
export interface Replica {
  readonly id: number;
  /** Which of the two it is; one that ended is followed by another one. */
  readonly place: number;
  readonly listening: number;
  /** `undefined`: it ran until the end. */
  readonly ended?: { readonly signal: 'SIGKILL' | 'SIGTERM'; readonly at: number } | undefined;
  /** Refreshes that ended, as its log has them. */
  readonly refreshes: readonly {
    readonly session: string;
    readonly at: number;
    readonly outcome: string;
  }[];
}

/** A secret where none may be. */
export interface Leak {
  readonly secret: string;
  readonly where: string;
}
