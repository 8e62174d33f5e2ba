import type { Clock } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import { numberIn, type Tables } from './tables.ts';

/** The database's clock, which is the same for all replicas, as far as it is known here. */
export interface DatabaseTime {
  /** Ms since the epoch; before the first answer of the database: by the clock of this machine. */
  now(): number;
  /** The database has said that it is `now`, in an answer to what it was asked at `begun` on the monotonic clock. */
  heard(now: number, begun: number): void;
  readonly isKnown: boolean;
  /** Resolves when it is known, and asks for it where nobody has. Rejects where the database cannot be asked. */
  known(): Promise<void>;
}

/** What has to be added to the monotonic clock for the database's: between these two, as it was at the moment `at`. */
export interface Offset {
  readonly least: number;
  readonly most: number;
  /** Monotonic ms. */
  readonly at: number;
}

/** Ms in one by which two clocks may run apart: twice what NTP may slew (500 ppm). */
const DRIFT = 0.001;
/** Ms: the database says whole ones. */
const ROUNDED = 1;

/** By one answer: the clock was read between the question and the answer, nobody knows when. */
export const offsetBy = (now: number, begun: number, ended: number): Offset => ({
  ...{ least: now - ended - ROUNDED, most: now - begun + ROUNDED, at: ended },
});

/**
 * What two answers say together. The error is that of the quickest answers, and becomes larger with time. Where they contradict each
 * other, one of the clocks was set, or it is another server: the later answer counts.
 */
export function together(before: Offset | undefined, after: Offset): Offset {
  const drift = before === undefined ? 0 : Math.max(0, after.at - before.at) * DRIFT;
  const least = Math.max((before?.least ?? -Infinity) - drift, after.least);
  const most = Math.min((before?.most ?? Infinity) + drift, after.most);
  return least > most ? after : { least, most, at: after.at };
}

/** The clock of the service. */
export interface ServiceClock {
  /** Its `now` is the same at all replicas, also at one whose own clock is wrong. */
  readonly clock: Clock;
  readonly time: DatabaseTime;
  /** Resolves when `clock` is right. Rejects where the database cannot be asked for that. */
  timed(): Promise<void>;
}

/** `own`: the clock of the options, which counts as it is. */
export function serviceClock(tables: Tables, own: Clock | undefined): ServiceClock {
  const clock = own ?? systemClock;
  const time = databaseTime(clock, async () => {
    const [row] = await tables.query(`select ${tables.dialect.now} as now`);
    return numberIn(row?.['now']);
  });
  if (own !== undefined || !tables.dialect.isElsewhere)
    return { clock, time, timed: async () => undefined };
  return { clock: { ...clock, now: time.now }, time, timed: time.known };
}

/** `clock`: of this machine. `ask`: gives the moment in which the database answers. */
export function databaseTime(clock: Clock, ask: () => Promise<number>): DatabaseTime {
  let offset: Offset | undefined;
  let asking: Promise<void> | undefined;
  const heard = (now: number, begun: number): void =>
    void (offset = together(offset, offsetBy(now, begun, clock.monotonic())));
  const first = async (): Promise<void> => {
    const begun = clock.monotonic();
    heard(await ask(), begun);
  };
  return {
    heard,
    now: () =>
      offset === undefined ? clock.now() : clock.monotonic() + (offset.least + offset.most) / 2,
    get isKnown() {
      return offset !== undefined;
    },
    async known() {
      if (offset !== undefined) return;
      asking ??= first().finally(() => (asking = undefined));
      await asking;
    },
  };
}
