import { describe, expect, it } from '@jest/globals';
import { createArrivals } from '../../src/refresh/limiter.ts';

describe('the limiter', () => {
  it('lets five useless tokens through in 30 s, and the next one when the first is 30 s old', () => {
    const arrivals = createArrivals();
    for (const now of [0, 1000, 2000, 3000]) arrivals.note(now);
    expect(arrivals.wait(3000)).toBe(0);
    arrivals.note(4000);
    expect(arrivals.wait(4000)).toBe(26_000);
    expect(arrivals.wait(29_999)).toBe(1);
    expect(arrivals.wait(30_000)).toBe(0);
    arrivals.note(30_000);
    expect(arrivals.wait(30_000)).toBe(1000);
  });

  it('never lets more than five through in any 30 s', () => {
    const arrivals = createArrivals();
    const allowed: number[] = [];
    for (let now = 0; now < 300_000; now += 70)
      if (arrivals.wait(now) === 0) {
        allowed.push(now);
        arrivals.note(now);
      }
    for (const from of allowed)
      expect(
        allowed.filter((now) => now >= from && now < from + 30_000).length,
      ).toBeLessThanOrEqual(5);
    expect(allowed.length).toBeGreaterThan(40);
  });

  it('knows nothing of five in a longer time', () => {
    const arrivals = createArrivals();
    for (let now = 0; now < 10; now++) arrivals.note(now * 8000);
    expect(arrivals.wait(72_000)).toBe(0);
  });
});

describe('a token that is refused', () => {
  it('after a while is replaced at once, and does not count', () => {
    const arrivals = createArrivals();
    for (let index = 0; index < 20; index++)
      expect(arrivals.mayReplace({}, index, index + 10_000)).toBe(true);
    expect(arrivals.wait(10_020)).toBe(0);
  });

  it('on arrival must be a second old', () => {
    const arrivals = createArrivals();
    const generation = {};
    expect(arrivals.mayReplace(generation, 0, 0)).toBe(false);
    expect(arrivals.mayReplace(generation, 0, 999)).toBe(false);
    expect(arrivals.mayReplace(generation, 0, 1000)).toBe(true);
  });

  it('on arrival counts, five times in 30 s', () => {
    const arrivals = createArrivals();
    for (let now = 0; now < 5; now++) arrivals.mayReplace({}, now, now);
    expect(arrivals.wait(4)).toBe(29_996);
  });

  it('counts once, however many requests were refused with it', () => {
    const arrivals = createArrivals();
    const generation = {};
    for (let index = 0; index < 100; index++) arrivals.mayReplace(generation, 0, index);
    expect(arrivals.mayReplace(generation, 0, 1000)).toBe(true);
    expect(arrivals.wait(100)).toBe(0);
  });

  it('again and again must be older and older, up to a minute', () => {
    const arrivals = createArrivals();
    const patience: number[] = [];
    let now = 0;
    for (let index = 0; index < 9; index++) {
      const generation = {};
      const since = now;
      while (!arrivals.mayReplace(generation, since, now)) now += 500;
      patience.push(now - since);
    }
    expect(patience).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('late, after some that were refused on arrival, starts from the beginning', () => {
    const arrivals = createArrivals();
    for (let index = 0; index < 4; index++) arrivals.mayReplace({}, 0, 0);
    expect(arrivals.mayReplace({}, 0, 16_000)).toBe(true); // twice as long as the patience was
    expect(arrivals.mayReplace({}, 0, 999)).toBe(false);
    const generation = {};
    const fresh = createArrivals();
    fresh.mayReplace(generation, 0, 0);
    expect(fresh.mayReplace(generation, 0, 1000)).toBe(true);
  });
});
