import { TokenError } from '../../../src/errors/errors.ts';
import type { StoredValue } from '../../../src/session/store.ts';
import { atRefresh, atSharedFlight, type Seam } from '../seams.ts';
import type { Sabotage } from './sabotage.ts';

/** What a flight reads of the store before it sends is what this manager knew before: it cannot look again. */
const blindUnderLock: Seam = (core) => ({
  ...core,
  sharedStore(cell) {
    let blind = false;
    let known: StoredValue | null | undefined;
    const remembering = {
      ...cell,
      async read() {
        const found = await cell.read();
        if (blind && known != null && found != null) return { ...known, version: found.version };
        known = found;
        return found;
      },
    };
    const looking = atSharedFlight((flight) => ({
      async prepare(...args) {
        blind = true;
        return flight.prepare(...args).finally(() => {
          blind = false;
        });
      },
    }));
    return looking(core).sharedStore(remembering);
  },
});

/** What may end a session, and what is said of that. */
export const ENDING: readonly Sabotage[] = [
  {
    row: 'D7',
    what: 'nothing is committed once the lease has run out',
    seam: atSharedFlight((flight) => {
      let lease: AbortSignal | undefined;
      return {
        prepare(attempt, held) {
          lease = held.signal;
          return flight.prepare(attempt, held);
        },
        store: async (placing) =>
          lease?.aborted === true ? { type: 'left' } : flight.store(placing),
      };
    }),
    where: { only: 'leaseLost' },
  },
  {
    row: 'D8',
    what: 'a lost answer is taken for the end of the session',
    seam: atRefresh(
      (refresh) =>
        (...args) =>
          refresh(...args).catch((error: unknown) => {
            if (!(error instanceof TokenError) || error.delivery !== 'unanswered') throw error;
            throw new TokenError('ERR_SESSION_ENDED');
          }),
    ),
    where: { faulty: true },
  },
  {
    row: 'lost',
    what: 'memory decides what is sent, whatever has struck',
    seam: blindUnderLock,
    where: { faulty: true, store: 'shared', lock: 'web' },
  },
  {
    row: 'D2',
    what: 'memory decides what is sent, under the lock too (F2)',
    seam: blindUnderLock,
    where: { faulty: false, store: 'shared' },
  },
  {
    row: 'told',
    what: 'the intent of a redemption whose answer was lost is not kept',
    seam: atSharedFlight((flight, { context: { unsettled }, from, tally }) => ({
      async settle() {
        const lost = from !== undefined && unsettled.has(from);
        if (from !== undefined) unsettled.delete(from);
        tally.unanswered = 0;
        await flight.settle();
        if (lost) unsettled.add(from);
      },
    })),
    where: { only: 'answerLost' },
  },
  {
    row: 'D7',
    what: 'a lease that ran out before the call is not noticed (F5)',
    seam: atSharedFlight((flight) => ({
      prepare: (attempt, held) =>
        flight.prepare(attempt, { ...held, signal: new AbortController().signal }),
    })),
    where: { only: 'leaseLost' },
  },
];
