import type { TokenError } from '../errors/errors.ts';
import type { Emit } from '../session/events.ts';
import { isActive, type SessionRecord } from '../session/store.ts';
import type { Clock } from '../time/clock.ts';
import { createPause } from '../time/pause.ts';
import type { StoredState } from './record.ts';
import type { StoreAccess } from './store-access.ts';
import type { Sync } from './sync.ts';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;
/** Ms for which the process is kept alive by what it owes. */
const KEPT_ALIVE = 60_000;
/** Ms that a manager which is being closed still tries. */
const CLOSING_LIMIT = 10_000;

/**
 * A manager that knows more than the store owes it (rule R1): refreshes, sign-ins and sign-outs that could not be stored, and
 * whatever a store that went back in time has lost. One loop pays for all of them: at once, then after 0.5 s doubling to
 * 10 s, and at every notice. No lock is needed for that, since every write is a compare-and-set.
 */
export interface Debt {
  /** Tries once, now. Rejects with a `TokenError` where the store could not be read or written. */
  pay(known?: StoredState): Promise<StoredState>;
  /** Goes on trying in the background, as long as anything is owed. */
  start(): void;
  /** Something may have changed: try now instead of later. */
  nudge(): void;
  /** Resolves when nothing is owed any more, or when that was given up. */
  settled(): Promise<void>;
}

export function createDebt(parts: {
  readonly access: StoreAccess;
  readonly sync: Sync;
  readonly clock: Clock;
  readonly closed: () => boolean;
  readonly emit: Emit;
  /** A sign-out has been written over this record. */
  readonly signedOut: (record: SessionRecord) => void;
}): Debt {
  const { access, sync, clock, closed, emit, signedOut } = parts;
  const pause = createPause(clock);
  let loop: Promise<void> | undefined;
  let givenUp = false;

  const pay = async (known?: StoredState): Promise<StoredState> => {
    const result = await access.update(
      (storedState) => {
        sync.take(storedState);
        return sync.due(storedState);
      },
      { known, replacing: sync.owesSignOut() ? 'all' : undefined },
    );
    if ('kept' in result) return result.kept;
    const { written, version, over } = result;
    sync.paid(written);
    if (written.status === 'signedOut' && isActive(over.record)) signedOut(over.record);
    return { record: written, version };
  };

  const run = async (): Promise<void> => {
    const since = clock.monotonic();
    let closing: number | undefined;
    for (let delay = FIRST_DELAY; sync.owes(); delay = Math.min(LONGEST_DELAY, delay * 2)) {
      if (closed()) closing ??= clock.monotonic();
      if (closing !== undefined && clock.monotonic() - closing >= CLOSING_LIMIT) return lost();
      const most = closing === undefined ? delay : Math.min(delay, 2000);
      await pause.for(most, clock.monotonic() - since < KEPT_ALIVE);
      if (!sync.owes()) return;
      try {
        await pay();
      } catch (error) {
        if ((error as TokenError).code === 'ERR_STORE_RECORD') return; // what is there now is not ours to replace
      }
    }
  };

  const lost = (): void => {
    givenUp = true;
    emit({
      type: 'warning',
      code: 'LOST',
      message:
        'The manager was closed while its store could not be written: what it knew last is lost',
      error: undefined,
    });
  };

  return {
    pay,
    start() {
      if (loop !== undefined || givenUp || !sync.owes()) return;
      loop = run().finally(() => {
        loop = undefined;
      });
    },
    nudge: pause.interrupt,
    settled: async () => {
      while (loop !== undefined) await loop;
    },
  };
}
