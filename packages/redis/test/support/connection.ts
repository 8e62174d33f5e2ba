import type { RedisLike } from '../../src/index.ts';

/** A client that connects, and how to get rid of it at once. */
export interface Connection {
  readonly client: RedisLike;
  close(): void;
}
/** Ms until a client that lost its connection tries again. Both have timers for that which outlive them. */
export const RECONNECT = 50;

export type ClientName = 'node-redis' | 'ioredis';
