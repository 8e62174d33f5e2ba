import { describe, expect, it } from '@jest/globals';
import { createLimiter } from '../../src/refresh/limiter.ts';

describe('the limiter', () => {
  it('lets five useless tokens through in 30 s, and the next one when the first is 30 s old', () => {
    const limiter = createLimiter();
    for (const now of [0, 1000, 2000, 3000]) limiter.note(now);
    expect(limiter.wait(3000)).toBe(0);
    limiter.note(4000);
    expect(limiter.wait(4000)).toBe(26_000);
    expect(limiter.wait(29_999)).toBe(1);
    expect(limiter.wait(30_000)).toBe(0);
    limiter.note(30_000);
    expect(limiter.wait(30_000)).toBe(1000);
  });

  it('never lets more than five through in any 30 s', () => {
    const limiter = createLimiter();
    const allowed: number[] = [];
    for (let now = 0; now < 300_000; now += 70)
      if (limiter.wait(now) === 0) {
        allowed.push(now);
        limiter.note(now);
      }
    for (const from of allowed)
      expect(
        allowed.filter((now) => now >= from && now < from + 30_000).length,
      ).toBeLessThanOrEqual(5);
    expect(allowed.length).toBeGreaterThan(40);
  });

  it('knows nothing of five in a longer time', () => {
    const limiter = createLimiter();
    for (let now = 0; now < 10; now++) limiter.note(now * 8000);
    expect(limiter.wait(72_000)).toBe(0);
  });
});

describe('a token that is refused', () => {
  it('after a while is replaced at once, and does not count', () => {
    const limiter = createLimiter();
    for (let index = 0; index < 20; index++)
      expect(limiter.replaceIn({}, index, index + 10_000)).toBe(0);
    expect(limiter.wait(10_020)).toBe(0);
  });

  it('on arrival must be a second old', () => {
    const limiter = createLimiter();
    const generation = {};
    const left = [0, 999, 1000, 1001].map((now) => limiter.replaceIn(generation, 0, now));
    expect(left).toEqual([1000, 1, 0, 0]);
  });

  it('is refused on arrival within 10 s, and not later', () => {
    for (const [age, left] of [
      [9999, 1],
      [10_000, 0],
    ] as const) {
      const limiter = createLimiter();
      for (let index = 0; index < 4; index++) limiter.note(0);
      limiter.replaceIn({}, 0, age);
      expect(limiter.wait(age) > 0).toBe(left > 0);
    }
  });

  it('on arrival counts, five times in 30 s', () => {
    const limiter = createLimiter();
    for (let now = 0; now < 5; now++) limiter.replaceIn({}, now, now);
    expect(limiter.wait(4)).toBe(29_996);
  });

  it('counts once, however many requests were refused with it', () => {
    const limiter = createLimiter();
    const generation = {};
    for (let index = 0; index < 100; index++) limiter.replaceIn(generation, 0, index);
    expect(limiter.replaceIn(generation, 0, 1000)).toBe(0);
    expect(limiter.wait(100)).toBe(0);
  });

  it('again and again must be older and older, up to a minute', () => {
    const limiter = createLimiter();
    const patience: number[] = [];
    let now = 0;
    for (let index = 0; index < 9; index++) {
      const left = limiter.replaceIn({}, now, now);
      patience.push(left);
      now += left;
    }
    expect(patience).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('late, after some that were refused on arrival, starts from the beginning', () => {
    const limiter = createLimiter();
    for (let index = 0; index < 4; index++) limiter.replaceIn({}, 0, 0);
    expect(limiter.replaceIn({}, 0, 16_000)).toBe(0); // twice as long as the patience was
    expect(limiter.replaceIn({}, 0, 999)).toBe(1);
  });
});
