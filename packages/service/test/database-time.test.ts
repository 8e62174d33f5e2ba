import { describe, expect, it } from '@jest/globals';
import { manualClock } from '@unexpired/testing';
import { type SessionRecord, sharedStore } from 'unexpired';
import {
  databaseTime,
  offsetBy,
  together,
  type Offset,
  serviceClock,
} from '../src/data/database-time.ts';
import { createInHand } from '../src/data/in-hand.ts';
import { listedStore } from '../src/data/listed-store.ts';
import { namesOf, POSTGRES, sqliteDialect, type Tables } from '../src/data/tables.ts';

/** A replica whose own clock is hours off, before a database that takes so many ms for the way there and back. */
function replica() {
  const clock = manualClock();
  let ahead = 0;
  let isAway = false;
  clock.jump(-7_200_000);
  const there = (): number => clock.trueTime() + ahead;
  let asked = 0;
  const time = databaseTime(clock, async () => {
    asked++;
    if (isAway) throw new Error('away');
    return there();
  });
  return {
    ...{ clock, time },
    get asked() {
      return asked;
    },
    /** How wrong it is. */
    error: () => time.now() - there(),
    async answer(to: number, back: number): Promise<void> {
      const begun = clock.monotonic();
      await clock.advance(to);
      const now = there();
      await clock.advance(back);
      time.heard(now, begun);
    },
    away: (is: boolean) => void (isAway = is),
    /** Somebody sets the database's clock, or another server takes over. */
    set: (ms: number) => void (ahead += ms),
  };
}

describe('the database’s time', () => {
  it('is that of the machine before the first answer, which is asked for once, and again after a failure', async () => {
    const one = replica();
    const { clock, time, error, away } = one;
    expect([time.now(), time.isKnown]).toEqual([clock.now(), false]);
    away(true);
    await expect(time.known()).rejects.toThrow('away');
    away(false);
    await Promise.all([time.known(), time.known()]);
    await time.known();
    expect([error(), time.isKnown, one.asked]).toEqual([0, true, 2]);
  });

  it('is wrong by half of the quickest round trip at the most, however slow the others are, and whichever way took how long', async () => {
    const { error, answer } = replica();
    await answer(4000, 0);
    expect(Math.abs(error())).toBeLessThanOrEqual(2001);
    await answer(2, 2);
    for (const [to, back] of [
      [9000, 0],
      [0, 9000],
      [300, 20],
    ] as const) {
      await answer(to, back);
      expect(Math.abs(error())).toBeLessThanOrEqual(3 + 10); // and what the clocks may have run apart in 9 s
    }
  });

  it('goes on where the machine’s clock jumps, and follows the database’s with the next answer, also back, and after a sleep', async () => {
    const { clock, error, answer, set } = replica();
    await answer(2, 2);
    clock.jump(3_600_000);
    expect(Math.abs(error())).toBeLessThanOrEqual(3);
    clock.sleep(60_000);
    await answer(2, 2);
    expect(Math.abs(error())).toBeLessThanOrEqual(3);
    for (const ms of [3_600_000, -7_200_000, 50]) {
      set(ms);
      await answer(2, 2);
      expect(Math.abs(error())).toBeLessThanOrEqual(3);
    }
  });
});

describe('two answers', () => {
  const at = 10_000;
  const exact = (offset: number, error: number): Offset => ({
    least: offset - error,
    most: offset + error,
    at,
  });
  it.each([
    ['the quicker one where it came later', exact(500, 100), exact(510, 2), [508, 512]],
    ['the quicker one where it came first', exact(510, 2), exact(500, 100), [508, 512]],
    ['what both allow', exact(500, 10), exact(515, 10), [505, 510]],
    ['the later one where they contradict each other', exact(500, 10), exact(900, 50), [850, 950]],
    ['the first alone', undefined, exact(500, 10), [490, 510]],
  ])('give %s', (_, before, after, [least, most]) => {
    expect(together(before, after)).toEqual({ least, most, at });
  });

  it('count for less with time: two clocks run apart', () => {
    expect(together(exact(0, 2), { ...exact(0, 100), at: at + 20_000 })).toEqual({
      ...{ least: -22, most: 22 },
      at: at + 20_000,
    });
  });

  it('say that the clock was read between the question and its answer', () => {
    expect(offsetBy(5000, 100, 300)).toEqual({ least: 4699, most: 4901, at: 300 });
  });
});

describe('the clock of the service', () => {
  const names = namesOf('test');
  const tablesOf = (dialect: Tables['dialect']): Tables => ({
    ...{ names, dialect, ready: async () => undefined },
    query: async () => [{ now: '5000' }], // as the driver gives it
  });
  const errorOf = async (tables: Tables, own?: ReturnType<typeof manualClock>) => {
    const { clock, timed } = serviceClock(tables, own);
    await timed();
    return Math.abs(clock.now() - 5000);
  };

  it('is that of the database on PostgreSQL; of the machine on SQLite; and the one of the options where there is one', async () => {
    const day = 86_400_000;
    expect(await errorOf(tablesOf(POSTGRES))).toBeLessThan(day);
    expect(await errorOf(tablesOf(sqliteDialect(names)))).toBeGreaterThan(day);
    const own = manualClock();
    expect(await errorOf(tablesOf(POSTGRES), own)).toBe(own.now() - 5000);
  });

  it('is known before a row is read: where it cannot be, none is', async () => {
    let isRead = false;
    const store = sharedStore({
      name: 'acme:42',
      async read() {
        isRead = true;
        return undefined;
      },
      write: async (_record: SessionRecord) => undefined,
    });
    const listed = listedStore(store, {
      ...{ entryOf: () => undefined, ready: async () => undefined, purpose: {} },
      ...{ written: () => undefined, changed: () => undefined },
      inHand: createInHand(() => 0),
      timed: () => Promise.reject(new Error('away')),
    });
    await expect(listed.read()).rejects.toThrow('away');
    expect(isRead).toBe(false);
  });
});
