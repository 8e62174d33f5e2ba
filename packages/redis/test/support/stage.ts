import { afterEach, beforeEach, describe } from '@jest/globals';
import { createTokenManager, type TokenManager } from 'unexpired';
import { type RedisLike, redisStore } from '../../src/index.ts';
import { CLIENTS, command } from './clients.ts';
import type { ClientName, Connection } from './connection.ts';
import type { RedisServer } from './redis-server.ts';
import { withRedis } from './with-redis.ts';

export const KEY = 'session:42';

export const HOUR = 3_600_000;

export const fresh = (number: number) => ({
  accessToken: `access-${number}`,
  refreshToken: `refresh-${number}`,
  expiresAt: Date.now() + HOUR,
});

/** What the tests of one client have: a Redis that is empty, and what is closed after each of them. */
export interface Stage {
  readonly name: ClientName;
  readonly server: () => RedisServer;
  readonly client: RedisLike;
  readonly connections: Set<Connection>;
  readonly managers: Set<TokenManager>;
  connect(): RedisLike;
  manager(
    own: RedisLike,
    refresh: () => Promise<{ accessToken: string; refreshToken: string; expiresAt: number }>,
  ): TokenManager;
}

/** Plays the tests with each client. */
export function inRedis(what: string, tests: (stage: Stage) => void): void {
  describe.each(Object.keys(CLIENTS) as ClientName[])('%s', (name) => {
    withRedis(`${what} in Redis`, (server) => {
      const connections = new Set<Connection>();
      const managers = new Set<TokenManager>();
      let client: RedisLike;
      const connect = (): RedisLike => {
        const connection = CLIENTS[name](server().port);
        connections.add(connection);
        return connection.client;
      };
      beforeEach(async () => {
        client = connect();
        await command(client, 'FLUSHALL');
      });
      afterEach(async () => {
        await Promise.all([...managers].map((manager) => manager.close()));
        managers.clear();
        for (const { close } of connections) close();
        connections.clear();
      });
      tests({
        name,
        server,
        get client() {
          return client;
        },
        connections,
        managers,
        connect,
        manager(own, refresh) {
          const made = createTokenManager({ store: redisStore(own, { key: KEY }), refresh });
          managers.add(made);
          return made;
        },
      });
    });
  });
}

/** What a script is for, from its text. */
export const meaning = (script: string): string =>
  script.includes('HSET')
    ? 'write'
    : script.includes("'PX'")
      ? 'lock and read'
      : script.includes('PEXPIRE')
        ? 'renew'
        : script.includes('DEL')
          ? 'release'
          : 'read';

/** The same client, and a note of each command. */
export function counting(client: RedisLike, commands: string[]): RedisLike {
  const note = (words: readonly string[]): void => void commands.push(meaning(String(words[1])));
  const duplicate = (): unknown => client.duplicate?.();
  if ('call' in client)
    return {
      duplicate,
      call(...words) {
        note(words);
        return client.call(...words);
      },
    };
  return {
    duplicate,
    sendCommand(words) {
      note(words);
      return client.sendCommand(words);
    },
  };
}
