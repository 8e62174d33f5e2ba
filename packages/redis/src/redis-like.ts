import { nameOf } from 'unexpired/adapter';

/** A client of node-redis (`createClient()`), or whatever takes a command as a list of its words. */
export interface NodeRedisLike {
  sendCommand(args: string[]): Promise<unknown>;
  /** Where it is there, it is used for the one connection that listens. */
  duplicate?(): unknown;
}

/** A client of ioredis (`new Redis()`, `new Cluster()`). */
export interface IoRedisLike {
  call(command: string, ...args: string[]): Promise<unknown>;
  /** Where it is there, it is used for the one connection that listens. */
  duplicate?(): unknown;
}

/** Any of the two clients; nothing else of them is used to read, write and lock. */
export type RedisLike = NodeRedisLike | IoRedisLike;

/** ioredis has a `sendCommand` too, which takes something else. */
export const isIoRedis = (client: RedisLike): client is IoRedisLike =>
  typeof (client as Partial<IoRedisLike>).call === 'function';

/** Throws a `TypeError` unless this is a client. */
export function requireClient(where: string, client: RedisLike): void {
  const { call, sendCommand } = (client ?? {}) as Partial<NodeRedisLike & IoRedisLike>;
  if (typeof call === 'function' || typeof sendCommand === 'function') return;
  const got =
    typeof client === 'object' && client !== null ? 'an object without them' : nameOf(client);
  throw new TypeError(
    `${where}: client: expected a client with sendCommand() (node-redis) or call() (ioredis), got ${got}`,
  );
}
