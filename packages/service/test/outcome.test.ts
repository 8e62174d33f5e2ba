import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TokenErrorCode } from 'unexpired';
import { type Outcome, parkingAfter } from '../src/ahead/outcome.ts';

const retryAfter = fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined });
const failed: fc.Arbitrary<Outcome> = fc.record({
  type: fc.constant('failed' as const),
  code: fc.constantFrom<TokenErrorCode>(
    'ERR_REFRESH_UNAVAILABLE',
    'ERR_REFRESH_CONFIGURATION',
    'ERR_REFRESH_ANSWER',
    'ERR_STORE_RECORD',
  ),
  retryAfter,
});
const parked: fc.Arbitrary<Outcome> = fc.record({
  type: fc.constant('parked' as const),
  retryAfter,
});
const random = fc.double({ min: 0, max: 0.999, noNaN: true });
const failures = fc.nat({ max: 1000 });

describe('what becomes of a session that could not be refreshed ahead', () => {
  it('is left alone for 30 s at the least after a failure, longer with each, for half an hour at the most unless it was told', () => {
    fc.assert(
      fc.property(failed, failures, random, (outcome, before, drawn) => {
        const now = parkingAfter(outcome, before, drawn);
        const next = parkingAfter(outcome, before + 1, drawn);
        expect(now?.failures).toBe(before + 1);
        expect(now?.pause).toBeGreaterThanOrEqual(30_000);
        expect(next?.pause).toBeGreaterThanOrEqual(now?.pause ?? Infinity);
        expect(
          parkingAfter({ ...outcome, retryAfter: undefined } as Outcome, before, drawn)?.pause,
        ).toBeLessThanOrEqual(1_800_000);
      }),
    );
  });

  it('is left alone no longer with each failure while its provider fails for all: that says nothing of the session', () => {
    fc.assert(
      fc.property(failures, random, (before, drawn) => {
        const outcome: Outcome = { type: 'failed', code: 'ERR_REFRESH_UNAVAILABLE' };
        const parking = parkingAfter(outcome, before, drawn, true);
        expect(parking?.failures).toBe(before);
        expect(parking?.pause).toBeGreaterThanOrEqual(30_000);
        expect(parking?.pause).toBeLessThan(45_000);
      }),
    );
  });

  it('is no failure where somebody else is at it', () => {
    fc.assert(
      fc.property(parked, failures, random, (outcome, before, drawn) => {
        expect(parkingAfter(outcome, before, drawn)?.failures).toBe(before);
      }),
    );
  });

  it('is never tried before the end of a Retry-After', () => {
    fc.assert(
      fc.property(fc.oneof(failed, parked), failures, random, (outcome, before, drawn) => {
        const { retryAfter: asked = 0 } = outcome as { retryAfter?: number };
        expect(parkingAfter(outcome, before, drawn)?.pause).toBeGreaterThanOrEqual(asked);
      }),
    );
  });

  it('is nothing where it has moved on: the schedule has moved with it', () => {
    expect(parkingAfter({ type: 'moved' }, 3, 0.5)).toBeUndefined();
  });
});
