import { expect, it } from '@jest/globals';
import { runFleet } from '../../node/test/support/fleet.ts';
import { redisFleet } from './support/fleet.ts';
import { withRedis } from './support/with-redis.ts';

withRedis('16 processes on one Redis, against a server that revokes the session when a refresh token comes twice', () => {
  it('redeem each refresh token once, and everybody gets the new token, over 10 expiries', async () => {
    expect(await runFleet({ processes: 16, expiries: 10, requests: 5 }, await redisFleet())).toEqual({
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
