import { startRedisServer } from '../../packages/redis/test/support/redis-server.ts';
import type { App } from '../src/app.ts';
import { askExpress } from '../src/tenants.ts';

export const tenantsOnRedis: App = {
  id: 'tenants-redis',
  title: 'Express with many tenants on Redis',
  pages: ['docs/start/servers.md'],
  has: ['express'],
  needs: ['redis-server'],
  async play(stage) {
    const redis = await startRedisServer();
    stage.afterwards(() => redis.stop());
    const server = await stage.serve({ firstServes: 4 });
    const REDIS_URL = `redis://127.0.0.1:${redis.port}`;
    return askExpress(stage, server, { REDIS_URL, CLIENT_SECRET: 'secret' });
  },
};
