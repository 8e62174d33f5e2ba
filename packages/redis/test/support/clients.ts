import { createClient } from '@redis/client';
import { Redis } from 'ioredis';
import type { RedisLike } from '../../src/index.ts';

/** A connected client, and how to get rid of it at once. */
export interface Connection {
  readonly client: RedisLike;
  close(): void;
}

/** Both clients, each with the settings that its own documentation starts with. */
export const CLIENTS: Readonly<Record<'node-redis' | 'ioredis', (port: number) => Connection>> = {
  'node-redis'(port) {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    client.on('error', () => undefined);
    client.connect().catch(() => undefined); // commands wait for it, and get the error
    return { client, close: () => client.destroy() };
  },
  ioredis(port) {
    const client = new Redis(port, '127.0.0.1');
    client.on('error', () => undefined);
    return { client, close: () => client.disconnect() };
  },
};
export type ClientName = keyof typeof CLIENTS;

/** Words of one command, whichever client it is. */
export const command = (client: RedisLike, ...words: [string, ...string[]]): Promise<unknown> =>
  'call' in client && typeof client.call === 'function'
    ? client.call(...words)
    : (client as { sendCommand(args: string[]): Promise<unknown> }).sendCommand(words);
