import { describe, expect, it } from '@jest/globals';
import { fileFleet, runFleet } from './support/fleet.ts';

describe('16 processes on one file, against a server that revokes the session when a refresh token comes twice', () => {
  it('redeem each refresh token once, and everybody gets the new token, over 10 expiries', async () => {
    expect(await runFleet({ processes: 16, expiries: 10, requests: 5 }, await fileFleet())).toEqual({
      answered: 16 * 10 * 5,
      errors: [],
      odd: 0,
      redemptions: 10,
      refusals: 0,
      revocations: 0,
      gen: 10,
      crashed: 0,
    });
  }, 60_000);
});
