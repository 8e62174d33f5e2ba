import { expect, it } from '@jest/globals';
import { flawless, runFleet } from '../../node/test/support/fleet.ts';
import { redisFleet } from './support/fleet.ts';
import { withRedis } from './support/with-redis.ts';

withRedis(
  '16 processes on one Redis, against a server that revokes the session when a refresh token comes twice',
  () => {
    it('redeem each refresh token once, and everybody gets the new token, over 10 expiries', async () => {
      const plan = { processes: 16, expiries: 10, requests: 5 };
      expect(await runFleet(plan, await redisFleet())).toEqual(flawless(plan));
    }, 60_000);
  },
);
