import { TokenError } from '../errors/errors.ts';
import { systemClock } from '../time/clock.ts';

/** One lease, as its backend keeps it: a key, a row. Each call rejects where the backend cannot be asked. */
export interface LeaseCell {
  /** Names the lease in errors. */
  readonly name: string;
  /**
   * Takes the lease for `length` ms, in one step, if nobody has it or `owner` has it already. `left`: ms until the lease of the
   * one who has it runs out, if it is not renewed; negative: unknown.
   */
  obtain(
    owner: string,
    length: number,
  ): Promise<{ readonly granted: true } | { readonly granted: false; readonly left: number }>;
  /** It is `owner`'s for `length` ms more; `false`: it is not `owner`'s any more. */
  renew(owner: string, length: number): Promise<boolean>;
  /** Frees it if it is still `owner`'s. */
  release(owner: string): Promise<unknown>;
  /** Calls `wake` when the lease may have come free. Only saves time. Returns unsubscribe. */
  subscribe?(wake: () => void): () => void;
}

/** A lease that is renewed for as long as it is needed. */
export interface Lease {
  /** Aborts when it could not be renewed in time, or somebody else has it. */
  readonly signal: AbortSignal;
  /** It is not needed any more. */
  stop(): void;
}

/** Renewed when a third of it is over; where the backend cannot be asked, a few times more before it has run out. */
const RENEWALS = 3;
const RETRIES = 15;

/** `since`: when it was asked for, on the monotonic clock. It is over by then + `length` at the latest, whatever the backend thinks. */
export function keepLease(cell: LeaseCell, owner: string, length: number, since: number): Lease {
  const controller = new AbortController();
  let stopped = false;
  let cancelEnd = (): void => undefined;
  let cancelRenewal = (): void => undefined;

  const stop = (): void => {
    stopped = true;
    cancelEnd();
    cancelRenewal();
  };
  const lose = (why: string): void => {
    if (stopped) return;
    stop();
    controller.abort(
      new TokenError('ERR_REFRESH_UNAVAILABLE', { message: `The lease "${cell.name}" ${why}` }),
    );
  };
  const endAt = (moment: number): void => {
    cancelEnd();
    cancelEnd = systemClock.setTimeout(
      () => lose('could not be renewed in time'),
      Math.max(0, moment - systemClock.monotonic()),
      true,
    );
  };
  const renewIn = (delay: number): void => {
    cancelRenewal = systemClock.setTimeout(() => void renew(), delay, true);
  };
  const renew = async (): Promise<void> => {
    const asked = systemClock.monotonic();
    const renewed = await cell.renew(owner, length).catch(() => undefined); // the backend may be back before the lease is over
    if (stopped) return;
    if (renewed === undefined) return renewIn(length / RETRIES);
    if (!renewed) return lose('was lost');
    endAt(asked + length);
    renewIn(length / RENEWALS);
  };

  endAt(since + length);
  renewIn(length / RENEWALS);
  return { signal: controller.signal, stop };
}
