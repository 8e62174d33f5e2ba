import { describe, expect, it } from '@jest/globals';
import { nextTry, PACE } from '../../src/stores/lock-waiting.ts';

describe('the pause before a waiter looks again', () => {
  it.each([
    [0, 0, 25],
    [0, 1, 50],
    [1, 0, 50],
    [2, 0, 100],
    [3, 1, 400],
    [5, 1, 1600],
    [6, 1, 2000],
    [1000, 0, 1000],
    [1000, 1, 2000],
  ])(
    'after %d failures, with %d for luck, is %d ms: doubling, jittered, bounded',
    (failures, random, pause) => {
      expect(nextTry(PACE, failures, -1, random)).toBe(pause);
      expect(nextTry(PACE, failures, 30_000, random)).toBe(pause);
    },
  );

  it('is no longer than the lease of the holder, and a spread so that not all come at once', () => {
    expect([nextTry(PACE, 10, 300, 0), nextTry(PACE, 10, 300, 1)]).toEqual([301, 351]);
    expect(nextTry(PACE, 0, 300, 1)).toBe(50);
  });
});
