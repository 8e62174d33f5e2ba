import type { FlightEnd } from '../../../src/refresh/flight-types.ts';
import type { StoredValue } from '../../../src/session/store.ts';
import { atAnswer, atCell, atHome, atRead, atSharedFlight } from '../seams.ts';
import type { Sabotage } from './sabotage.ts';

/** How what is stored may change, and that it is. */
export const STORED: readonly Sabotage[] = [
  {
    row: 'D3',
    what: 'writes do not compare',
    seam: atCell((cell) => ({
      write: async (record) => cell.write(record, (await cell.read())?.version),
    })),
    where: { faulty: true, store: 'shared' },
  },
  {
    row: 'D4',
    what: 'a tombstone is taken for a store that is behind',
    seam: atRead((last, found) => (found?.status === 'signedOut' ? last : undefined)),
    where: { store: 'shared' },
  },
  {
    row: 'D6',
    what: 'the new refresh token is forgotten',
    seam: atAnswer((answer) => ({ ...answer, refresh_token: undefined })),
  },
  {
    row: 'L1',
    what: 'what could not be stored is not tried again',
    seam: atCell((cell) => {
      const failed = new Set<string>();
      return {
        async write(record, expected) {
          const key = `${record.session} ${record.gen}`;
          if (failed.has(key)) throw new Error('It is not tried again');
          try {
            return await cell.write(record, expected);
          } catch (error) {
            if (record.intent === undefined) failed.add(key);
            throw error;
          }
        },
      };
    }),
    where: { only: 'outage' },
  },
  {
    row: 'L1',
    what: 'the lock is given up before the answer is stored',
    seam: (core) => {
      const told = new WeakMap<object, (end: FlightEnd) => void>();
      return atSharedFlight(
        (flight, { tally }) => {
          const shown = new Promise<FlightEnd>((resolve) => told.set(tally, resolve));
          return { store: (placing) => Promise.race([flight.store(placing), shown]) };
        },
        ({ land, tally }) => ({
          land(end) {
            land(end);
            told.get(tally)?.(end);
          },
        }),
      )(core);
    },
    where: { only: 'outage', lock: 'web' },
  },
  {
    row: 'L2',
    what: 'a record that is gone is written again',
    seam: atCell((cell) => {
      let last: StoredValue | null | undefined;
      return {
        async read() {
          const found = await cell.read();
          if (found == null && last != null)
            await cell.write(last.value as Parameters<typeof cell.write>[0], undefined);
          last = found ?? (await cell.read());
          return last;
        },
      };
    }),
    where: { only: 'away' },
  },
  {
    row: 'L10',
    what: 'nobody writes back what a store that went back has lost',
    seam: atRead((last, found) =>
      found !== undefined && (found.turn < last.turn || found.gen < last.gen) ? last : undefined,
    ),
    where: { only: 'restore' },
  },
  {
    row: 'L11',
    what: 'what is owed does not keep the process alive',
    seam: atHome(
      () => ({}),
      ({ clock }) => ({
        clock: { ...clock, setTimeout: (task, delay) => clock.setTimeout(task, delay, true) },
      }),
    ),
    where: { only: 'ends' },
  },
];
