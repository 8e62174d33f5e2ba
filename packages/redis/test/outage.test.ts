import { expect, it } from '@jest/globals';
import { type OutageResult, type Persistence, runOutage } from './support/outage.ts';
import { withRedis } from './support/with-redis.ts';

const KEPT: OutageResult = {
  during: ['live'],
  after: ['live'],
  redemptions: 2,
  refusals: 0,
  revocations: 0,
};

withRedis(
  '25: three processes on a Redis that is killed right after a rotation, before it was told, and started again at once',
  () => {
    it.each<Persistence>(['append-only file', 'older snapshot'])(
      'redeem once an expiry, all get what the one has in memory, and nobody is signed out: it comes back with its %s',
      async (persistence) => {
        expect(await runOutage({ outage: 0, persistence, holder: 'ioredis' })).toEqual(KEPT);
      },
      60_000,
    );

    it('never redeem the old token either where it comes back with nothing: that is a deletion, and signs all out', async () => {
      const plan = { outage: 0, persistence: 'nothing', holder: 'ioredis' } as const;
      expect(await runOutage(plan)).toEqual({
        ...KEPT,
        during: ['signed out'],
        after: ['signed out'],
        redemptions: 1,
      });
    }, 60_000);
  },
);
