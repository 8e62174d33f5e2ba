import { describe, expect, it } from '@jest/globals';
import { TokenError, type TokenErrorOptions } from '../../src/index.ts';
import { createPacing } from '../../src/refresh/pacing.ts';
import { momentOf } from '../../src/session/freshness.ts';
import { generationOf, type Origin } from '../../src/session/generation.ts';
import { testClock } from '../support/clock.ts';
import { active } from '../support/records.ts';

const WINDOWS = { skewWindow: 0, backgroundWindow: 0 };
const down = (
  options: TokenErrorOptions = {},
  code: TokenError['code'] = 'ERR_REFRESH_UNAVAILABLE',
) => new TokenError(code, { message: 'down', ...options });

function pace() {
  const clock = testClock();
  const pacing = createPacing(clock, () => 0);
  const generation = (gen: number, origin: Origin = 'refresh') =>
    generationOf(active('s', gen), origin, momentOf(clock), WINDOWS, 0);
  return { clock, pacing, generation };
}

describe('after a flight that failed', () => {
  it('its generation may not be refreshed for a while, and says why; another one may be', async () => {
    const { clock, pacing, generation } = pace();
    const [one, other] = [generation(1), generation(2)];
    const error = down({ delivery: 'answered' });
    expect(pacing.failed(one.record, one, error, 0)).toBe(500);
    expect(pacing.obstacle(one)).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: 'down',
      delivery: 'answered',
      retryAfter: 500,
      cause: error,
    });
    expect([pacing.obstacle(other), pacing.obstacle(undefined)]).toEqual([undefined, undefined]);
    await clock.advance(500);
    expect(pacing.obstacle(one)).toBeUndefined();
    expect(pacing.failed(one.record, one, error, 0)).toBe(1000);
  });

  it('the silence is at least what the flight asks for, and over with a new token', () => {
    const { pacing, generation } = pace();
    const one = generation(1);
    expect(pacing.failed(one.record, one, down(), 60_000)).toBe(60_000);
    pacing.succeeded(generation(2));
    expect(pacing.obstacle(one)).toBeUndefined();
    expect(pacing.failed(one.record, one, down(), 0)).toBe(500);
  });

  it('five useless answers in 30 s are enough, for every generation', async () => {
    const { clock, pacing, generation } = pace();
    for (let gen = 0; gen < 5; gen++) {
      const one = generation(gen);
      pacing.failed(one.record, one, down({}, 'ERR_REFRESH_ANSWER'), 0);
    }
    const last = generation(9);
    expect(pacing.obstacle(last)).toMatchObject({
      code: 'ERR_REFRESH_LIMIT',
      message: 'Too many new tokens were refused or had expired',
      retryAfter: 30_000,
    });
    await clock.advance(30_000);
    expect(pacing.obstacle(last)).toBeUndefined();
  });
});

it('tokens that had expired when a flight ended with them are useless, also those of a peer', async () => {
  const { clock, pacing } = pace();
  const ended = (expiresAt: number | undefined) => {
    const record = active('s', 1, { tokens: { accessToken: 'a', expiresAt } });
    pacing.succeeded(generationOf(record, 'refresh', momentOf(clock), WINDOWS, 0));
    return pacing.obstacle(undefined)?.code;
  };
  pacing.succeeded(undefined);
  for (let count = 0; count < 9; count++) ended(count % 2 === 0 ? undefined : clock.now() + 1);
  const codes = Array.from({ length: 5 }, () => ended(clock.now()));
  expect(codes).toEqual([undefined, undefined, undefined, undefined, 'ERR_REFRESH_LIMIT']);
});

describe('a silence is waited out', () => {
  it.each([
    ['that ends before the waiter’s time is up', down({ retryAfter: 999 }), true],
    ['but not one that ends with it', down({ retryAfter: 1000 }), false],
    ['but not one of which nobody knows the end', down(), false],
    [
      'but not where the set-up is wrong',
      down({ retryAfter: 1 }, 'ERR_REFRESH_CONFIGURATION'),
      false,
    ],
    ['but not because of useless tokens', down({ retryAfter: 1 }, 'ERR_REFRESH_LIMIT'), false],
    ['but not where nobody is signed in', down({ retryAfter: 1 }, 'ERR_SIGNED_OUT'), false],
  ])('%s', (_, obstacle, waits) => {
    expect(pace().pacing.endsBefore(obstacle, 1000)).toBe(waits);
  });
});

describe('a silence in which nothing had been sent', () => {
  const silent = (delivery: TokenErrorOptions['delivery']) => {
    const all = pace();
    const one = all.generation(1);
    const fail = () => all.pacing.failed(one.record, one, down({ delivery }), 60_000);
    fail();
    return { ...all, one, fail };
  };

  it('can be ended, once in 5 s', async () => {
    const { pacing, clock, one, fail } = silent('unsent');
    expect([pacing.endEarly(), pacing.obstacle(one)]).toEqual([true, undefined]);
    fail();
    await clock.advance(4999);
    expect([pacing.endEarly(), pacing.obstacle(one) === undefined]).toEqual([false, false]);
    await clock.advance(1);
    expect([pacing.endEarly(), pacing.obstacle(one)]).toEqual([true, undefined]);
  });

  it.each(['answered', 'unanswered', undefined] as const)('is not one after %s', (delivery) => {
    const { pacing, one } = silent(delivery);
    expect([pacing.endEarly(), pacing.obstacle(one)?.retryAfter]).toEqual([false, 60_000]);
  });

  it('has to be there to be ended', () => {
    expect(pace().pacing.endEarly()).toBe(false);
  });
});

describe('a token that the API refused', () => {
  it('may be replaced when it is a second old, and says how long that is', async () => {
    const { clock, pacing, generation } = pace();
    const one = generation(1);
    expect(pacing.mayReplace(one)).toMatchObject({
      code: 'ERR_REFRESH_LIMIT',
      message: 'The API refused a new token',
      retryAfter: 1000,
    });
    await clock.advance(1000);
    expect(pacing.mayReplace(one)).toBeUndefined();
  });

  it('may be replaced at once where a sign-in brought it: it may have been old', () => {
    const { pacing, generation } = pace();
    for (let gen = 0; gen < 9; gen++)
      expect(pacing.mayReplace(generation(gen, 'signIn'))).toBeUndefined();
    expect(pacing.obstacle(generation(9))).toBeUndefined();
  });
});
