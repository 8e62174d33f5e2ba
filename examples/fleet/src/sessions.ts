// What every worker has, and what you would write: a pool of sessions that are kept in Redis.
import { refreshTokenGrant } from '@unexpired/oauth';
import { redisStore } from '@unexpired/redis';
import type { Redis } from 'ioredis';
import { createTokenPool, type TokenPool } from 'unexpired';

export function sessionsOn(redis: Redis, tokenEndpoint: string): TokenPool {
  const refresh = refreshTokenGrant({ tokenEndpoint, clientId: 'fleet' });
  return createTokenPool(
    (id) => ({ store: redisStore(redis, { key: `session:${id}`, ttl: 30 * 86_400_000 }), refresh }),
    { max: 5000 },
  );
}
