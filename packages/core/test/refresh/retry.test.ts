import { describe, expect, it } from '@jest/globals';
import { TokenError, type TokenErrorOptions } from '../../src/index.ts';
import { backoffDelay, retryDelay } from '../../src/refresh/retry.ts';

const unavailable = (options: TokenErrorOptions = {}) =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', options);

describe('within a flight, the same refresh token is sent again', () => {
  it.each([
    // delivery, retryAfter, attempt, delay at random 0, delay at random 1
    ['unsent', undefined, 1, 0, 500],
    ['unsent', undefined, 2, 0, 1000],
    ['unsent', undefined, 3, undefined, undefined],
    ['unanswered', undefined, 1, 1000, 2000],
    ['unanswered', undefined, 2, 1000, 2000],
    ['unanswered', undefined, 3, undefined, undefined],
    ['answered', undefined, 1, 0, 1000],
    ['answered', undefined, 2, undefined, undefined],
    ['answered', 0, 1, 0, 0],
    ['answered', 1, 1, 1, 1001],
    ['answered', 3000, 1, 3000, 4000],
    ['answered', 3000, 2, 3000, 4000],
    ['answered', 8000, 1, 8000, 10_000],
    ['unsent', 3000, 1, 3000, 4000],
    ['answered', 3000, 3, undefined, undefined],
    ['answered', 10_000, 1, 10_000, 12_500],
    ['answered', 10_001, 1, undefined, undefined],
    ['unsent', 60_000, 1, undefined, undefined],
    [undefined, undefined, 1, undefined, undefined],
    [undefined, 1000, 1, undefined, undefined],
  ] as const)(
    '%s, Retry-After %p ms, try %d: between %p and %p ms later',
    (delivery, retryAfter, attempt, least, most) => {
      const error = unavailable({ delivery, retryAfter });
      expect(retryDelay(error, attempt, 0)).toBe(least);
      expect(retryDelay(error, attempt, 1)).toBe(most);
    },
  );

  it.each([
    'ERR_SESSION_ENDED',
    'ERR_REFRESH_CONFIGURATION',
    'ERR_REFRESH_ANSWER',
    'ERR_REFRESH_LIMIT',
    'ERR_REENTRANT',
  ] as const)('never after %s', (code) => {
    for (const delivery of ['unsent', 'answered', 'unanswered'] as const)
      expect(retryDelay(new TokenError(code, { delivery }), 1, 0.5)).toBeUndefined();
  });
});

describe('after failed flights, the endpoint is left alone', () => {
  it.each([
    [1, 500, 1000],
    [2, 1000, 2000],
    [3, 2000, 4000],
    [6, 16_000, 32_000],
    [7, 30_000, 60_000],
    [8, 30_000, 60_000],
    [10_000, 30_000, 60_000],
  ])('the %d. time for between %d and %d ms', (failures, least, most) => {
    expect(backoffDelay(failures, 0)).toBe(least);
    expect(backoffDelay(failures, 1)).toBe(most);
  });

  it.each([
    [1, 500, 1000],
    [3, 2000, 4000],
    [4, 2000, 4000],
    [10_000, 2000, 4000],
  ])(
    'the %d. time that nothing could be sent for between %d and %d ms: that spares nobody, and it is the client that is offline',
    (failures, least, most) => {
      const error = unavailable({ delivery: 'unsent' });
      expect(backoffDelay(failures, 0, error)).toBe(least);
      expect(backoffDelay(failures, 1, error)).toBe(most);
    },
  );

  it.each([
    ['as long as the server said', unavailable({ retryAfter: 120_000 }), 120_000],
    ['but for an hour at most', unavailable({ retryAfter: 86_400_000 }), 3_600_000],
    ['and not for less than otherwise', unavailable({ retryAfter: 1 }), 500],
    [
      'as otherwise where the refresh function made no number of what the server said',
      unavailable({ retryAfter: Number.NaN }),
      500,
    ],
    [
      'for a minute where it is set up wrongly',
      new TokenError('ERR_REFRESH_CONFIGURATION'),
      60_000,
    ],
  ])('%s', (_, error, delay) => {
    expect(backoffDelay(1, 0, error)).toBe(delay);
  });

  it.each([
    [1, 1, 1001],
    [2000, 2000, 3000],
    [30_000, 30_000, 37_500],
    [3_600_000, 3_600_000, 4_500_000],
    [86_400_000, 3_600_000, 4_500_000],
  ])(
    '39: never before the time that the server named (%d ms), and not all in the same moment: between %d and %d ms',
    (retryAfter, least, most) => {
      const error = unavailable({ retryAfter });
      const at = (random: number) => backoffDelay(1, random, error);
      expect(at(0)).toBe(Math.max(500, least));
      expect(at(1)).toBe(most);
      expect(new Set([0, 0.2, 0.4, 0.6, 0.8].map(at)).size).toBe(5);
    },
  );
});
