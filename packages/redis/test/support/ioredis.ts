import { Redis } from 'ioredis';
import { type Connection, RECONNECT } from './connection.ts';

export function ioRedis(port: number, { keepsCommands = true } = {}): Connection {
  const client = new Redis(port, '127.0.0.1', {
    retryStrategy: () => RECONNECT,
    enableOfflineQueue: keepsCommands,
  });
  client.on('error', () => undefined);
  return { client, close: () => client.disconnect() };
}
