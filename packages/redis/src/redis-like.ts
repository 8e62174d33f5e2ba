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

/**
 * Those clients of node-redis that want something before the command, by how many parameters their `sendCommand` has. A
 * plain client and a pool have two, and a wrapper has fewer.
 */
const BEFORE_COMMAND: Readonly<Record<number, { kind: string; words: string }>> = {
  3: { kind: 'sentinel', words: 'false' },
  4: { kind: 'cluster', words: 'args[3], false' },
};

/** Throws a `TypeError` unless this is a client. */
export function requireClient(where: string, client: RedisLike): void {
  const { call, sendCommand } = (client ?? {}) as Partial<NodeRedisLike & IoRedisLike>;
  if (typeof call === 'function') return;
  if (typeof sendCommand === 'function') {
    const given = BEFORE_COMMAND[sendCommand.length];
    if (given === undefined) return;
    throw new TypeError(
      `${where}: client: the sendCommand() of a ${given.kind} client of node-redis wants more than the command; give { sendCommand: (args) => client.sendCommand(${given.words}, args) }`,
    );
  }
  const got =
    typeof client === 'object' && client !== null ? 'an object without them' : nameOf(client);
  throw new TypeError(
    `${where}: client: expected a client with sendCommand() (node-redis) or call() (ioredis), got ${got}`,
  );
}
