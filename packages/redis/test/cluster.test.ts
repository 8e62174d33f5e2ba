import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCluster } from '@redis/client';
import { Cluster, Redis } from 'ioredis';
import { createTokenManager, type TokenManager } from 'unexpired';
import { type RedisLike, redisStore } from '../src/index.ts';
import { type RedisServer, startRedisServer } from './support/redis-server.ts';
import { withRedis } from './support/with-redis.ts';

const HOUR = 3_600_000;

withRedis('a Redis Cluster, which takes no script whose keys are in two slots', () => {
  let server: RedisServer;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    server = await startRedisServer({ cluster: true });
    const admin = new Redis(server.port, '127.0.0.1');
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    while (!String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    admin.disconnect();
  });
  afterAll(async () => {
    for (const end of ends) await end();
    await server.stop();
  });

  const managed = async (client: RedisLike, key: string): Promise<TokenManager> => {
    const tokens = createTokenManager({
      store: redisStore(client, { key }),
      refresh: async () => ({
        accessToken: 'second',
        refreshToken: 'refresh-2',
        expiresAt: Date.now() + HOUR,
      }),
    });
    await tokens.setSession({
      accessToken: 'first',
      refreshToken: 'refresh-1',
      expiresAt: Date.now() + HOUR,
    });
    return tokens;
  };

  it.each(['session:42', '{tenant}:session', 'a{b'])(
    'works with ioredis as it is, with the key %s, and others hear of it',
    async (key) => {
      const client = new Cluster([{ host: '127.0.0.1', port: server.port }]);
      ends.push(() => client.disconnect());
      const tokens = await managed(client, key);
      const watching = redisStore(client, { key });
      const heard = new Promise<void>((resolve) =>
        ends.unshift(watching.subscribe?.(() => resolve()) ?? resolve),
      );
      expect((await tokens.refresh()).accessToken).toBe('second');
      await heard;
      await tokens.close();
    },
  );

  it('works with node-redis, told where the key is', async () => {
    const cluster = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${server.port}` }] });
    await cluster.connect();
    ends.push(() => cluster.destroy());
    const tokens = await managed(
      { sendCommand: (args) => cluster.sendCommand(args[3], false, args) },
      'session:7',
    );
    expect((await tokens.refresh()).accessToken).toBe('second');
    await tokens.close();
  });
});
