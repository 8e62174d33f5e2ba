import { createClient } from '@redis/client';
import { type Connection, RECONNECT } from './connection.ts';

export function nodeRedis(port: number, { keepsCommands = true } = {}): Connection {
  const client = createClient({
    socket: { host: '127.0.0.1', port, reconnectStrategy: RECONNECT },
    disableOfflineQueue: !keepsCommands,
  });
  client.on('error', () => undefined);
  client.connect().catch(() => undefined); // commands wait for it, and get the error
  return { client, close: () => client.destroy() };
}
