import { isIoRedis, type RedisLike } from './redis-like.ts';

/** A connection of its own that listens to channels, since one that listens can do nothing else. */
export interface Subscriber {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  close(): void;
}

/** What the duplicates of both clients have. */
interface Duplicate {
  on(event: string, listener: (...args: string[]) => void): unknown;
  subscribe(channel: string, listener?: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}
interface NodeRedisDuplicate extends Duplicate {
  connect(): Promise<unknown>;
  destroy?(): void;
  /** What there was before node-redis 5. */
  disconnect?(): Promise<unknown>;
}
interface IoRedisDuplicate extends Duplicate {
  disconnect(): void;
}

/**
 * Connects once more with the client's own settings. `heard` gets what is published; `ready` is called when the connection
 * is there, also when it is there again: what was published in between was lost. `undefined`: this client cannot be duplicated.
 */
export function connectSubscriber(
  client: RedisLike,
  heard: (channel: string, message: string) => void,
  ready: () => void,
): Subscriber | undefined {
  const copy = client.duplicate?.() as Duplicate | undefined;
  if (copy === undefined) return undefined;
  copy.on('error', () => undefined); // without a listener it would end the process; the client connects again by itself
  copy.on('ready', ready);
  if (isIoRedis(client)) {
    copy.on('message', heard);
    return {
      subscribe: (channel) => copy.subscribe(channel),
      unsubscribe: (channel) => copy.unsubscribe(channel),
      close: () => (copy as IoRedisDuplicate).disconnect(),
    };
  }
  const node = copy as NodeRedisDuplicate;
  const ending = endOf(node);
  const connected = node.connect();
  connected.then(ending.settled, ending.settled); // each subscriber gets the error
  return {
    subscribe: (channel) =>
      connected.then(() => copy.subscribe(channel, (message) => heard(channel, message))),
    unsubscribe: (channel) => copy.unsubscribe(channel),
    close: ending.close,
  };
}

/**
 * Ends a client of node-redis that has not connected yet. Its destroy() does not reach a socket that is still being created:
 * that one would connect afterwards, and stay for good. So the end waits until there is a socket, or an attempt has failed;
 * and then for the end of this turn, in which the client says who it is: before version 5 it does that on a destroyed
 * client, too, and nobody gets the rejection.
 */
function endOf(client: NodeRedisDuplicate): { settled(): void; close(): void } {
  let creating = true;
  let closed = false;
  let ended = false;
  const end = async (): Promise<unknown> =>
    client.destroy === undefined ? client.disconnect?.() : client.destroy();
  const endSoon = (): void =>
    void setImmediate(() => {
      if (!closed || creating || ended) return;
      ended = true;
      end().catch(() => undefined); // it had ended by itself, which some versions take for a mistake
    });
  const settled = (): void => {
    creating = false;
    if (closed) endSoon();
  };
  client.on('connect', settled);
  client.on('error', settled);
  client.on('reconnecting', () => (creating = true));
  return {
    settled,
    close() {
      closed = true;
      endSoon();
    },
  };
}
