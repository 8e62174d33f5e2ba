import { Redis } from 'ioredis';
import type { Clock } from 'unexpired';
import { type Renewable, renewable } from 'unexpired/renewable';
import { isRefusedLogin } from './refusals.ts';

/** A connection for each password: made anew before that expires, and when the server refuses it. */
export function redisClient(
  fetchPassword: (signal: AbortSignal) => Promise<{ password: string; until?: number }>,
  {
    host,
    port,
    username,
  }: { readonly host: string; readonly port: number; readonly username: string },
  clock?: Clock, // for tests
): Renewable<Redis> {
  return renewable({
    name: 'redis',
    clock,
    async acquire({ signal }) {
      const { password, until } = await fetchPassword(signal);
      const redis = new Redis({ host, port, lazyConnect: true, retryStrategy: () => null });
      try {
        await redis.connect();
        await redis.auth(username, password);
      } catch (error) {
        redis.disconnect(); // it is no value yet that could be disposed of
        throw error;
      }
      return { value: redis, expiresAt: until };
    },
    // The server ends connections whose login has ended. A command that was on its way then may run twice: leave the second
    // condition out where that matters.
    isRejected: (error) =>
      isRefusedLogin(error) || Object(error).message === 'Connection is closed.',
    dispose: (redis) => redis.disconnect(),
  });
}
