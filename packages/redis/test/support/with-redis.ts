import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { findRedisServer, type RedisServer, startRedisServer } from './redis-server.ts';

/**
 * Tests that need a real Redis get one of their own, which is killed when they are over. Without redis-server on the
 * machine they are skipped, and say so; in CI that is a failure.
 */
export function withRedis(name: string, tests: (server: () => RedisServer) => void): void {
  if (findRedisServer() === undefined) {
    const { skip } = it;
    if (process.env['CI'])
      throw new Error('CI must have redis-server (Debian: apt-get install redis-server)');
    return skip(`${name}: skipped, because redis-server is not installed (Debian: apt-get install redis-server)`, () =>
      undefined);
  }
  describe(`${name}, on a real Redis`, () => {
    let server: RedisServer | undefined;
    beforeAll(async () => {
      server = await startRedisServer();
    });
    afterAll(() => server?.stop());
    tests(() => server as RedisServer);
  });
}
