import type { ServiceEvent, SessionEvent } from '../create-service.ts';
import type { SessionHash } from './session-hash.ts';

/** A refresh that has failed. */
export interface Failure {
  /** Ms since the epoch. */
  readonly at: number;
  /** The hash of the session's key. */
  readonly session: string;
  readonly provider: string;
  readonly code: string;
  /** Ms since the epoch: not tried again before that. */
  readonly retryAt: number | undefined;
}

/** What the refreshes at a provider came to, since the start of this process. */
export interface Tally {
  readonly refreshed: number;
  readonly failed: number;
  readonly ended: number;
  readonly lastFailure: Failure | undefined;
  /** Ms since the epoch of the last refresh that went well. */
  readonly lastSuccess: number | undefined;
}

/** What has happened lately in this process: as much as a person looks at. */
export interface Activity {
  heard(event: ServiceEvent): void;
  /** The newest first. */
  readonly failures: readonly Failure[];
  /** Ms that the last refreshes waited for their lease, in no order. */
  readonly lockWaits: readonly number[];
  tallyOf(provider: string): Tally;
}

const FAILURES = 20;
const WAITS = 200;
const NOTHING: Tally = {
  ...{ refreshed: 0, failed: 0, ended: 0, lastFailure: undefined, lastSuccess: undefined },
};

export function createActivity(hash: SessionHash): Activity {
  const failures: Failure[] = [];
  const lockWaits: number[] = [];
  const tallies = new Map<string, Tally>();

  const heardOfEnd = (event: SessionEvent & { readonly type: 'refreshEnded' }): void => {
    const provider = event.provider ?? 'unknown';
    const tally = tallies.get(provider) ?? NOTHING;
    lockWaits.push(event.lockWait);
    if (lockWaits.length > WAITS) lockWaits.shift();
    if (event.outcome === 'superseded') return;
    if (!('error' in event)) {
      const refreshed = tally.refreshed + 1;
      tallies.set(provider, { ...tally, refreshed, lastSuccess: event.at });
      return;
    }
    const { at, error, retryAt, outcome } = event;
    const failure = { at, session: hash(event.name), provider, code: error.code, retryAt };
    failures.unshift(failure);
    if (failures.length > FAILURES) failures.pop();
    const counted = outcome === 'failed' ? 'failed' : 'ended';
    tallies.set(provider, { ...tally, [counted]: tally[counted] + 1, lastFailure: failure });
  };

  return {
    heard(event) {
      if (event.type === 'refreshEnded') heardOfEnd(event);
    },
    failures,
    lockWaits,
    tallyOf: (provider) => tallies.get(provider) ?? NOTHING,
  };
}

/** The value below which this share of all values is; 0 where there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
