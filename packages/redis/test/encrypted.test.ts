import { describe, expect, it } from '@jest/globals';
import { storeContract } from '@unexpired/testing';
import { createTokenManager, encryptedStore } from 'unexpired';
import { redisStore } from '../src/index.ts';
import { command } from './support/clients.ts';
import { ioRedis } from './support/ioredis.ts';
import { withRedis } from './support/with-redis.ts';

const secret = new Uint8Array(32).fill(7);

withRedis('a store in Redis that is encrypted', (server) => {
  let places = 0;
  storeContract(
    { describe, it },
    {
      name: 'an encrypted redisStore',
      async create() {
        const key = `encrypted ${++places}`;
        const { client, close } = ioRedis(server().port);
        return {
          open: () => encryptedStore(redisStore(client, { key }), secret),
          close: async () => close(),
        };
      },
    },
  );

  it('refreshes as ever, and no token is anywhere in Redis', async () => {
    const { client, close } = ioRedis(server().port);
    const tokens = createTokenManager({
      store: encryptedStore(redisStore(client, { key: 'session' }), secret),
      refresh: async () => ({
        accessToken: 'secret-2',
        refreshToken: 'secret-rt-2',
        expiresAt: Date.now() + 3_600_000,
      }),
    });
    await tokens.setSession({
      accessToken: 'secret-1',
      refreshToken: 'secret-rt-1',
      expiresAt: Date.now() + 3_600_000,
    });
    expect(String(await command(client, 'HGETALL', 'session'))).not.toContain('secret');
    expect((await tokens.refresh()).accessToken).toBe('secret-2');
    expect(String(await command(client, 'HGETALL', 'session'))).not.toContain('secret');
    await tokens.close();
    close();
  });
});
