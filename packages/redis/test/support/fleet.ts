import type { SessionRecord } from 'unexpired';
import type { FleetPlace } from '../../../node/test/support/fleet.ts';
import { CLIENT_ID } from '../../../node/test/support/provider.ts';
import { redisStore } from '../../src/index.ts';
import { ioRedis } from './ioredis.ts';
import { start } from './programs.ts';
import { startRedisServer } from './redis-server.ts';
import type { RedisSetup } from './setup.ts';

/** A fleet on one Redis; every second process uses the other client. */
export async function redisFleet(): Promise<FleetPlace> {
  const server = await startRedisServer();
  const { client, close } = ioRedis(server.port);
  const key = 'session:fleet';
  const store = redisStore(client, { key });
  let started = 0;
  return {
    start({ tokenEndpoint, revocationEndpoint }) {
      const { port } = server;
      const name = started++ % 2 === 0 ? 'node-redis' : 'ioredis';
      const setup: RedisSetup = {
        client: name,
        port,
        key,
        tokenEndpoint,
        revocationEndpoint,
        clientId: CLIENT_ID,
      };
      return start('client', [JSON.stringify(setup)]);
    },
    write: async (record) => void (await store.write(record, undefined)),
    read: async () => (await store.read())?.value as SessionRecord,
    async remove() {
      close();
      await server.stop();
    },
  };
}
