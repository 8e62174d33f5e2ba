import { TokenError } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import type { Run } from './commands.ts';
import { RENEW } from './scripts.ts';

/** A lease that is renewed for as long as it is needed. */
export interface Lease {
  /** Aborts when it could not be renewed in time, or somebody else has it. */
  readonly signal: AbortSignal;
  /** It is not needed any more. */
  stop(): void;
}

/** Renewed when a third of it is over; where Redis cannot be asked, a few times more before it has run out. */
const RENEWALS = 3;
const RETRIES = 15;

/** `since`: when it was asked for, on the monotonic clock. It is over by then + `length` at the latest, whatever Redis thinks. */
export function keepLease(
  run: Run,
  key: string,
  owner: string,
  length: number,
  since: number,
): Lease {
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
      new TokenError('ERR_REFRESH_UNAVAILABLE', { message: `The lease "${key}" ${why}` }),
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
    const answer = await run(RENEW, [key], [owner, String(length)]).catch(() => undefined); // Redis may be back before the lease is over
    if (stopped) return;
    if (answer === undefined) return renewIn(length / RETRIES);
    if (Number(answer) !== 1) return lose('was lost');
    endAt(asked + length);
    renewIn(length / RENEWALS);
  };

  endAt(since + length);
  renewIn(length / RENEWALS);
  return { signal: controller.signal, stop };
}
