import { describe, expect, it } from '@jest/globals';
import { lifetimeOf, momentOf, remaining, windowWithin } from '../../src/session/freshness.ts';
import { generationOf, isExpired, isFresh } from '../../src/session/generation.ts';
import type { ActiveRecord } from '../../src/session/store.ts';
import { testClock } from '../support/clock.ts';

const T = 1_800_000_000_000;
const HOUR = 3_600_000;
const at = (now: number, monotonic: number) => ({ now: T + now, monotonic });

/** A token issued at T for an hour, learned at once. */
const hour = (learned = at(0, 0)) =>
  lifetimeOf({ accessToken: 'a', expiresAt: T + HOUR }, T, learned);

describe('what is left of a token', () => {
  it.each([
    ['at once', 0, 0, HOUR],
    ['after a minute', 60_000, 60_000, HOUR - 60_000],
    ['when it expires', HOUR, HOUR, 0],
    ['a day later', 24 * HOUR, 24 * HOUR, -23 * HOUR],
    ['a minute later, the wall clock two hours ahead', 60_000 + 2 * HOUR, 60_000, -HOUR - 60_000],
    ['a minute later, the wall clock a day behind', 60_000 - 24 * HOUR, 60_000, HOUR - 60_000],
    ['after an hour that the monotonic clock slept through', HOUR, 0, 0],
    ['after an hour that the wall clock was set back', 0, HOUR, 0],
  ])('%s', (_, now, monotonic, expected) => {
    expect(remaining(hour(), at(now, monotonic))).toBe(expected);
  });

  it('is never more than the lifetime, however far behind the reader’s clock is', () => {
    expect(remaining(hour(at(-5 * HOUR, 7)), at(-5 * HOUR, 7))).toBe(HOUR);
  });

  it('is what the reader’s clock says when that is ahead', () => {
    expect(remaining(hour(at(HOUR / 2, 7)), at(HOUR / 2, 7))).toBe(HOUR / 2);
  });

  it('counts on the monotonic clock from the moment it was learned', () => {
    const lifetime = hour(at(HOUR / 2, 1000));
    expect(lifetime.expiresAtMonotonic).toBe(1000 + HOUR / 2);
    expect(remaining(lifetime, at(0, 1000 + HOUR / 2))).toBe(0);
  });

  it('is endless where nobody said, on every clock', () => {
    const lifetime = lifetimeOf({ accessToken: 'a' }, T, at(0, 0));
    expect(remaining(lifetime, at(1e15, 1e15))).toBe(Infinity);
    expect(lifetime.total).toBe(Infinity);
  });

  it('is nothing where it had expired when it was issued', () => {
    const lifetime = lifetimeOf({ accessToken: 'a', expiresAt: 0 }, T, at(0, 5));
    expect(lifetime.total).toBe(0);
    expect(remaining(lifetime, at(0, 5))).toBeLessThanOrEqual(0);
  });
});

it.each([
  [30_000, 0.1, HOUR, 30_000],
  [30_000, 0.1, 60_000, 6000],
  [HOUR * 2, 0.1, HOUR, 360_000],
  [0, 0.1, HOUR, 0],
  [30_000, 0.1, 0, 0],
  [30_000, 0.1, Infinity, 30_000],
  [300_000, 0.25, 60_000, 15_000],
])(
  'a window of %d ms, at most %d of a lifetime of %d ms, is %d ms',
  (asked, share, total, expected) => {
    expect(windowWithin({ expiresAt: 0, expiresAtMonotonic: 0, total }, asked, share)).toBe(
      expected,
    );
  },
);

it('a moment is both clocks at once', () => {
  const clock = testClock(5);
  expect(momentOf(clock)).toEqual({ now: 5, monotonic: 0 });
});

describe('a generation', () => {
  const record = (expiresIn: number | undefined): ActiveRecord => ({
    v: 1,
    session: 's',
    gen: 0,
    status: 'active',
    issuedAt: T,
    turn: T,
    tokens: {
      accessToken: 'a',
      refreshToken: 'secret',
      ...(expiresIn !== undefined && { expiresAt: T + expiresIn }),
    },
  });
  const generation = (
    expiresIn: number | undefined,
    windows = { skewWindow: 30_000, backgroundWindow: 0 },
    random = 0.5,
  ) => generationOf(record(expiresIn), 'refresh', at(0, 0), windows, random);

  it('shows its token without the refresh token, says which one it is, and cannot be changed', () => {
    const { token } = generation(HOUR);
    expect(token).toEqual({ accessToken: 'a', expiresAt: T + HOUR, session: 's', generation: 0 });
    expect(Object.isFrozen(token)).toBe(true);
  });

  it.each([
    ['more than the window is left', HOUR - 30_001, true],
    ['exactly the window is left', HOUR - 30_000, false],
    ['less is left', HOUR - 1, false],
    ['it has expired', HOUR, false],
  ])('when %s is fresh: %s', (_, now, fresh) => {
    expect(isFresh(generation(HOUR), at(now, now))).toBe(fresh);
  });

  it.each([
    ['one ms before', HOUR - 1, false],
    ['at', HOUR, true],
    ['after', HOUR + 1, true],
  ])('%s its expiry is expired: %s', (_, now, expired) => {
    expect(isExpired(generation(HOUR), at(now, now))).toBe(expired);
  });

  it.each([1, 10, 1000, 30_000, 60_000, 299_000])(
    'that lives for %d ms is fresh on arrival, with a window longer than that',
    (expiresIn) => {
      expect(
        isFresh(
          generation(expiresIn, { skewWindow: 300_000, backgroundWindow: 300_000 }),
          at(0, 0),
        ),
      ).toBe(true);
    },
  );

  it('that nobody said the expiry of is always fresh', () => {
    expect(isFresh(generation(undefined), at(1e14, 1e14), 1e12)).toBe(true);
  });

  it.each([
    [HOUR * 0.9, 0, true],
    [HOUR * 10, 0, true], // more than nine tenths cannot be asked for: every caller would refresh
    [HOUR * 0.9, HOUR * 0.1 + 1, false],
    [600_000, HOUR - 600_000, true],
    [600_000, HOUR - 599_999, false],
    [0, HOUR - 30_001, true],
  ])('asked for %d ms, %d ms after its issue, is fresh: %s', (validFor, now, fresh) => {
    expect(isFresh(generation(HOUR), at(now, now), validFor)).toBe(fresh);
  });

  it('has a background window that is spread by a tenth, and is at most a quarter of the lifetime', () => {
    const windows = { skewWindow: 0, backgroundWindow: 300_000 };
    expect(generation(HOUR, windows, 0).background).toBe(285_000);
    expect(generation(HOUR, windows, 1).background).toBe(315_000);
    expect(generation(60_000, windows, 0.5).background).toBe(15_000);
    expect(generation(HOUR).background).toBe(0);
  });
});
