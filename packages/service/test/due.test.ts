import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dueAt } from '../src/ahead/due.ts';

const life = fc.record({
  issuedAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  lifetime: fc.integer({ min: 1, max: 400 * 86_400_000 }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
const offsetOf = ({
  issuedAt,
  lifetime,
  random,
}: {
  issuedAt: number;
  lifetime: number;
  random: number;
}) => dueAt({ issuedAt, expiresAt: issuedAt + lifetime }, random) - issuedAt;

describe('when a token is refreshed ahead of demand', () => {
  it('is at 60 to 80 % of its lifetime', () => {
    fc.assert(
      fc.property(life, (drawn) => {
        const part = offsetOf(drawn) / drawn.lifetime;
        expect(part).toBeGreaterThanOrEqual(0.5999);
        expect(part).toBeLessThanOrEqual(0.8001);
      }),
    );
  });

  it('is three minutes before its expiry at the latest, where it lives for ten minutes or more', () => {
    fc.assert(
      fc.property(life, (drawn) => {
        fc.pre(drawn.lifetime >= 600_000);
        expect(drawn.lifetime - offsetOf(drawn)).toBeGreaterThanOrEqual(180_000 - 1);
      }),
    );
  });

  it('is spread over a tenth of the lifetime at the least, so that an outage is not echoed one lifetime later', () => {
    fc.assert(
      fc.property(life, ({ issuedAt, lifetime }) => {
        const [first, last] = [0, 1].map((random) => offsetOf({ issuedAt, lifetime, random }));
        expect(Number(last) - Number(first)).toBeGreaterThanOrEqual(lifetime * 0.0999);
      }),
    );
  });

  it('is at once for a token that had expired when it came', () => {
    expect(dueAt({ issuedAt: 1000, expiresAt: 400 }, 0.5)).toBe(1000);
  });
});
