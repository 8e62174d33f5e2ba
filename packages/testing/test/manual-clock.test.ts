import { describe, expect, it } from '@jest/globals';
import { manualClock, type ManualClockOptions, settle } from '@unexpired/testing';

describe('manualClock', () => {
  it.each<[string, object]>([
    ['manualClock: there is no option "start"; the options are now, settle', { start: 5 }],
    ['now: expected ms since the epoch, got NaN', { now: NaN }],
    ['now: expected ms since the epoch, got object', { now: new Date(0) }],
    ['settle: expected a function, got 5', { settle: 5 }],
  ])('refuses options that cannot be right: %s', (message, options) => {
    expect(() => manualClock(options as ManualClockOptions)).toThrow(new TypeError(message));
  });

  it('stands still until it is moved, and moves both clocks', async () => {
    const clock = manualClock({ now: 1_000 });
    await settle();
    expect([clock.now(), clock.monotonic(), clock.trueTime()]).toEqual([1_000, 0, 1_000]);

    await clock.advance(50);

    expect([clock.now(), clock.monotonic(), clock.trueTime()]).toEqual([1_050, 50, 1_050]);
  });

  it('runs timers in the order of their time, then as they were set, each at its own moment', async () => {
    const clock = manualClock({ now: 0 });
    const ran: [string, number, number][] = [];
    const note = (name: string) => () => void ran.push([name, clock.now(), clock.monotonic()]);
    clock.setTimeout(note('late'), 30);
    clock.setTimeout(note('early'), 10);
    clock.setTimeout(note('late too'), 30);
    clock.setTimeout(note('never'), 31);

    await clock.advance(30);

    expect(ran).toEqual([
      ['early', 10, 10],
      ['late', 30, 30],
      ['late too', 30, 30],
    ]);
    expect(clock.pending).toBe(1);
    expect(clock.untilNext).toBe(1);
  });

  it('lets everything that a timer sets off happen before the next one, timers that fall due included', async () => {
    const clock = manualClock();
    const ran: string[] = [];
    clock.setTimeout(() => {
      void (async () => {
        for (let turn = 0; turn < 1_000; turn++) await Promise.resolve();
        ran.push('set off');
        clock.setTimeout(() => ran.push('in between'), 5);
      })();
    }, 10);
    clock.setTimeout(() => ran.push('next'), 20);

    await clock.advance(20);

    expect(ran).toEqual(['set off', 'in between', 'next']);
  });

  it('runs what is due already with advance(0), and a negative delay as 0', async () => {
    const clock = manualClock();
    const ran: string[] = [];
    clock.setTimeout(() => ran.push('zero'), 0);
    clock.setTimeout(() => ran.push('negative'), -5);
    clock.setTimeout(() => ran.push('not a number'), Number.NaN);

    await clock.advance(0);

    expect(ran).toEqual(['zero', 'negative', 'not a number']);
  });

  it('does not run a timer that was cancelled, and cancelling twice harms no other', async () => {
    const clock = manualClock();
    const ran: string[] = [];
    const cancel = clock.setTimeout(() => ran.push('cancelled'), 10);
    clock.setTimeout(() => ran.push('kept'), 10);
    cancel();
    cancel();

    await clock.advance(10);
    cancel();

    expect(ran).toEqual(['kept']);
    expect(clock.pending).toBe(0);
    expect(clock.untilNext).toBeUndefined();
  });

  it('keeps delays beyond 2^31-1 ms', async () => {
    const clock = manualClock();
    const days = 40 * 86_400_000;
    let ran = false;
    clock.setTimeout(() => (ran = true), days);

    await clock.advance(days - 1);
    expect(ran).toBe(false);
    await clock.advance(1);
    expect(ran).toBe(true);
  });

  it('jump sets the wall clock only, back as well; no timer runs', async () => {
    const clock = manualClock({ now: 0 });
    let ran = false;
    clock.setTimeout(() => (ran = true), 100);

    clock.jump(-5_000);
    await settle();
    expect([clock.now(), clock.monotonic(), clock.trueTime(), ran]).toEqual([-5_000, 0, 0, false]);
    await clock.advance(100);
    expect([clock.now(), clock.monotonic(), clock.trueTime(), ran]).toEqual([
      -4_900,
      100,
      100,
      true,
    ]);
  });

  it('sleep lets real time pass and stops the monotonic clock, and the timers with it', async () => {
    const clock = manualClock({ now: 0 });
    let ran = false;
    clock.setTimeout(() => (ran = true), 100);

    clock.sleep(3_600_000);
    await settle();

    expect([clock.now(), clock.monotonic(), clock.trueTime(), ran]).toEqual([
      3_600_000,
      0,
      3_600_000,
      false,
    ]);
    expect(clock.untilNext).toBe(100);
  });

  it('counts background timers apart', () => {
    const clock = manualClock();
    clock.setTimeout(() => undefined, 10);
    const cancel = clock.setTimeout(() => undefined, 10, true);

    expect([clock.pending, clock.pendingForeground]).toEqual([2, 1]);
    cancel();
    expect([clock.pending, clock.pendingForeground]).toEqual([1, 1]);
  });

  it('rejects with what a timer throws, and goes on from there', async () => {
    const clock = manualClock();
    const ran: string[] = [];
    clock.setTimeout(() => {
      throw new Error('from a timer');
    }, 10);
    clock.setTimeout(() => ran.push('next'), 20);

    await expect(clock.advance(20)).rejects.toThrow('from a timer');
    expect(clock.monotonic()).toBe(10);
    await clock.advance(10);
    expect(ran).toEqual(['next']);
  });

  it('refuses to go back, and to be moved while it moves', async () => {
    const clock = manualClock();

    await expect(clock.advance(-1)).rejects.toThrow(TypeError);
    await expect(clock.advance(Number.NaN)).rejects.toThrow(TypeError);
    expect(() => clock.sleep(-1)).toThrow(TypeError);
    const moving = clock.advance(1);
    await expect(clock.advance(1)).rejects.toThrow('await it first');
    await moving;
  });

  it('says so when timers set each other without end', async () => {
    const clock = manualClock({ settle: () => Promise.resolve() });
    const again = (): void => void clock.setTimeout(again, 0);
    again();

    await expect(clock.advance(1)).rejects.toThrow('do they set each other?');
  });

  it('runs a thousand timers of random delays in order', async () => {
    const clock = manualClock({ settle: () => Promise.resolve() });
    const ran: number[] = [];
    const delays = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % 503);
    for (const delay of delays) clock.setTimeout(() => ran.push(delay), delay);

    await clock.advance(503);

    expect(ran).toEqual(delays.toSorted((a, b) => a - b));
  });
});
