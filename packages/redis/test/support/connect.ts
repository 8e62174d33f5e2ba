import type { ClientName, Connection } from './connection.ts';

/** For a program that needs one of them, and should start fast. */
export const connectTo = async (name: ClientName, port: number): Promise<Connection> =>
  name === 'ioredis'
    ? (await import('./ioredis.ts')).ioRedis(port)
    : (await import('./node-redis.ts')).nodeRedis(port);
