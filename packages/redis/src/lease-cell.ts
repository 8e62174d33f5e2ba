import type { LeaseCell } from 'unexpired/adapter';
import type { Run } from './commands.ts';
import { OBTAIN, RELEASE, RENEW } from './scripts.ts';
import type { WakeUp } from './wake-up.ts';

/** Where a lock is. */
export interface LeasePlace {
  readonly lease: string;
  /** The channel on which its end is announced. */
  readonly freed: string;
  /** A key beside the lease that is read in the same step, for what `onAsk` gives. */
  readonly record?: string | undefined;
}

/** A lease under a key of Redis. */
export function leaseCell(parts: {
  readonly run: Run;
  readonly wakeUp: WakeUp;
  readonly place: LeasePlace;
  /** Called before the lease is asked for; what it gives is called with the record when that is granted. */
  readonly onAsk?: () => (record: unknown) => void;
}): LeaseCell {
  const { run, wakeUp, place, onAsk } = parts;
  const { lease, freed, record } = place;
  return {
    name: lease,
    async obtain(owner, length) {
      const onGrant = onAsk?.();
      const keys = record === undefined ? [lease] : [lease, record];
      const [granted, rest] = (await run(OBTAIN, keys, [owner, String(length)])) as unknown[];
      if (Number(granted) !== 1) return { granted: false, left: Number(rest) };
      onGrant?.(rest);
      return { granted: true };
    },
    renew: async (owner, length) =>
      Number(await run(RENEW, [lease], [owner, String(length)])) === 1,
    release: (owner) => run(RELEASE, [lease], [owner, freed]),
    subscribe: (wake) => wakeUp.subscribe(freed, wake),
  };
}
