import type { RedisLike } from '../../src/index.ts';
import type { ClientName, Connection } from './connection.ts';
import { ioRedis } from './ioredis.ts';
import { nodeRedis } from './node-redis.ts';

/** Both clients, each with its own defaults but for the pause before it connects again. `keepsCommands`: until it is connected. */
export const CLIENTS: Readonly<
  Record<ClientName, (port: number, options?: { keepsCommands: boolean }) => Connection>
> = {
  'node-redis': nodeRedis,
  ioredis: ioRedis,
};

/** Sends one command, whichever client it is. */
export const command = (client: RedisLike, ...words: [string, ...string[]]): Promise<unknown> =>
  'call' in client ? client.call(...words) : client.sendCommand(words);
