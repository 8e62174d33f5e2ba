import { expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisClient } from '../src/redis.ts';
import { movableClock } from './support/movable-clock.ts';
import { findProgram, freePort, ownFolder, start } from './support/program.ts';
import { withServer } from './support/with-program.ts';

const redisServer = findProgram('redis-server');

async function startRedis() {
  const [folder, port] = [await ownFolder(), await freePort()];
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const program = await start(String(redisServer), options, folder, 'Ready to accept connections');
  const admin = new Redis({ host: '127.0.0.1', port });
  return {
    port,
    admin,
    async stop() {
      admin.disconnect();
      await program.stop();
    },
  };
}

withServer(
  'redisClient and Redis',
  { found: redisServer !== undefined, debian: 'redis-server' },
  startRedis,
  (server) => {
    const setPassword = (password: string): Promise<unknown> =>
      server().admin.call(
        'ACL',
        'SETUSER',
        'app',
        'on',
        'resetpass',
        `>${password}`,
        '~*',
        '+@all',
      );

    it('authenticates one new connection when the server ends the old login, and 20 commands succeed', async () => {
      const { admin, port } = server();
      const clock = movableClock();
      await setPassword('first-password');
      let current = 'first-password';
      let asked = 0;
      const redis = redisClient(
        async () => {
          asked++;
          return { password: current };
        },
        { host: '127.0.0.1', port, username: 'app' },
        clock,
      );
      const who = (): Promise<unknown> => redis.use((one) => one.call('ACL', 'WHOAMI'));
      expect(await who()).toBe('app');
      await setPassword('second-password');
      current = 'second-password';
      await admin.call('CLIENT', 'KILL', 'USER', 'app');
      clock.move(2000);
      expect(await Promise.all(Array.from({ length: 20 }, who))).toEqual(Array(20).fill('app'));
      expect(asked).toBe(2);
      await redis.close();
    });

    it('says so when the new password is refused as well', async () => {
      const { port } = server();
      await setPassword('first-password');
      const redis = redisClient(async () => ({ password: 'wrong' }), {
        host: '127.0.0.1',
        port,
        username: 'app',
      });
      await expect(redis.use((one) => one.ping())).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        cause: { message: expect.stringContaining('WRONGPASS') as unknown },
      });
      await redis.close();
    });

    it('leaves no connection open whose password was refused', async () => {
      const { admin, port } = server();
      await setPassword('first-password');
      const redis = redisClient(async () => ({ password: 'wrong' }), {
        host: '127.0.0.1',
        port,
        username: 'app',
      });
      await expect(redis.use((one) => one.ping())).rejects.toMatchObject({
        cause: { message: expect.stringContaining('WRONGPASS') as unknown },
      });
      await redis.close();
      const connections = async (): Promise<number> =>
        String(await admin.call('CLIENT', 'LIST'))
          .trim()
          .split('\n').length;
      // The server hears of an end a moment later.
      for (let looks = 0; looks < 100 && (await connections()) > 1; looks++);
      expect(await connections()).toBe(1); // that of this test
    });
  },
);
