/** What the replicas tell each other of a provider, in one row. Moments in ms on the database's clock. */
export interface ProviderState {
  /** Calls that may be made, as it was at the moment `at`. */
  readonly calls: number;
  readonly at: number;
  /** It does not work: nobody calls it but one probe at a time. */
  readonly open?: { readonly since: number; readonly probeAt: number } | undefined;
  /** It worked again from then on: the calls a second begin with one, and double. */
  readonly recoveredAt?: number | undefined;
  /** It asked to be left alone until then. */
  readonly heldUntil?: number | undefined;
}

export const FRESH: ProviderState = { calls: 0, at: 0 };

/** Ms between two probes. */
const PROBE = { first: 5000, last: 30_000 };
/** Ms in which the calls a second double after an outage. */
const DOUBLING = 10_000;
/** Calls a second from which on a provider without a limit of its own has recovered. */
const FULL = 1000;
/** Part of the calls that is kept for callers who wait. */
const KEPT = 0.2;
/** Ms: a `Retry-After` counts for no longer. */
const LONGEST_HOLD = 3_600_000;

/** What somebody wants to call it for: a refresh that somebody waits for, or one ahead of demand. */
export type Purpose = 'demand' | 'ahead';

export interface Draw {
  /** Calls a second that the options allow; `Infinity`: as many as there are. */
  readonly cap: number;
  readonly now: number;
  readonly wanted: number;
  readonly purpose: Purpose;
  /** In [0, 1). */
  readonly random: number;
}

/** `state` is the same object where nothing has changed. */
export interface Drawn {
  readonly state: ProviderState;
  readonly granted: number;
  /** Where nothing was granted: when asking again can help. */
  readonly until?: number;
}

/** Calls a second at the moment. */
export function rateOf({ recoveredAt }: ProviderState, cap: number, now: number): number {
  if (recoveredAt === undefined) return cap;
  const rate = 2 ** Math.floor(Math.max(0, now - recoveredAt) / DOUBLING);
  return rate >= FULL ? cap : Math.min(cap, rate);
}

/** When it may be called; `undefined`: now. */
export function shutUntil({ open, heldUntil = 0 }: ProviderState, now: number): number | undefined {
  const until = Math.max(open?.probeAt ?? 0, heldUntil);
  return until > now ? until : undefined;
}

/** Draws calls from the budget. A probe of a provider that does not work is drawn the same way, by one replica at a time. */
export function draw(state: ProviderState, ask: Draw): Drawn {
  const { now, wanted, cap, purpose, random } = ask;
  const until = shutUntil(state, now);
  if (until !== undefined) return { state, granted: 0, until };
  if (state.open !== undefined) {
    const probeAt = now + PROBE.first + (PROBE.last - PROBE.first) * random;
    return { state: { ...state, open: { ...state.open, probeAt } }, granted: 1 };
  }
  const rate = rateOf(state, cap, now);
  if (rate === Infinity) return { state, granted: wanted };
  const kept = rate * KEPT;
  const most = Math.max(rate, 1 + kept);
  const calls = Math.min(most, state.calls + (rate * Math.max(0, now - state.at)) / 1000);
  const left = calls - (purpose === 'ahead' ? kept : 0);
  const granted = Math.min(wanted, Math.floor(left));
  if (granted < 1) return { state, granted: 0, until: now + Math.ceil(((1 - left) / rate) * 1000) };
  const { open: _none, recoveredAt, ...rest } = state;
  return {
    granted,
    state: {
      ...{ ...rest, calls: calls - granted, at: now },
      ...(rate < cap && { recoveredAt }),
    },
  };
}

/** Somebody has seen it fail again and again. */
export function opened(state: ProviderState, now: number, random: number): ProviderState {
  if (state.open !== undefined) return state;
  const { recoveredAt: _over, ...rest } = state;
  const probeAt = now + PROBE.first + (PROBE.last - PROBE.first) * random;
  return { ...rest, open: { since: now, probeAt } };
}

/** It has answered a call well. */
export function recovered(state: ProviderState, now: number): ProviderState {
  if (state.open === undefined) return state;
  const { open: _over, ...rest } = state;
  return { ...rest, calls: 1, at: now, recoveredAt: now };
}

/** It has asked to be left alone for so many ms. */
export function held(state: ProviderState, now: number, ms: number): ProviderState {
  const heldUntil = now + Math.min(LONGEST_HOLD, ms);
  return heldUntil > (state.heldUntil ?? 0) ? { ...state, heldUntil } : state;
}

/** Of the calls in flight that a replica may have, those that may be ahead of demand: the others are kept for callers who wait. */
export const aheadOf = (share: number): number => Math.ceil(share * (1 - KEPT));

/** The calls in flight that a replica may have, of those of the fleet: the shares of all are no more than the whole. */
export function shareOf(whole: number, replicas: readonly string[], own: string): number {
  const index = replicas.toSorted().indexOf(own);
  if (index < 0) return Math.floor(whole / (replicas.length + 1)); // nobody knows of us yet
  return Math.floor(whole / replicas.length) + (index < whole % replicas.length ? 1 : 0);
}
