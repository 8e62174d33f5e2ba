import { keptOn } from './kept-on.ts';
import type { RedisLike } from './redis-like.ts';
import { connectSubscriber, type Subscriber } from './subscriber.ts';

/** Tells all listeners of a channel what is published there. Only saves time: nothing needs it to work. */
export interface WakeUp {
  /** `message` is `undefined` when something may have been missed until now. Returns unsubscribe. */
  subscribe(channel: string, listener: (message: string | undefined) => void): () => void;
}

type Listener = (message: string | undefined) => void;
const WAKE_UP = Symbol('unexpired.wake-up');

/** One for all stores and locks on a client: thousands of sessions listen on one connection. */
export const wakeUpOf = (client: RedisLike): WakeUp =>
  keptOn(client, WAKE_UP, () => createWakeUp(client));

/** Connects when the first one listens, and closes the connection when the last one leaves. */
function createWakeUp(client: RedisLike): WakeUp {
  const listeners = new Map<string, Set<Listener>>();
  let current:
    | { readonly subscriber: Subscriber; readonly active: Set<string>; turn: Promise<void> }
    | undefined;

  const tell = (channel: string, message: string | undefined): void => {
    for (const listener of [...(listeners.get(channel) ?? [])]) listener(message);
  };

  const connect = (): typeof current => {
    const active = new Set<string>();
    const again = (): void => {
      for (const channel of listeners.keys())
        if (active.has(channel)) tell(channel, undefined);
        else adjust(channel); // refused, perhaps because there was no connection yet
    };
    const subscriber = connectSubscriber(client, tell, again);
    return subscriber && { subscriber, active, turn: Promise.resolve() };
  };

  /** Listens, or stops listening, as is wanted by the time it is this channel's turn. */
  const adjust = (channel: string): void => {
    const connection = (current ??= connect());
    if (connection === undefined) return;
    const { subscriber, active } = connection;
    const run = async (): Promise<void> => {
      const wanted = listeners.has(channel);
      if (connection !== current || wanted === active.has(channel)) return;
      if (wanted) {
        await subscriber.subscribe(channel);
        active.add(channel);
        tell(channel, undefined);
      } else {
        active.delete(channel);
        await subscriber.unsubscribe(channel);
      }
    };
    connection.turn = connection.turn.then(run).catch(() => undefined); // not allowed, or closed: a waiter looks again anyway
  };

  return {
    subscribe(channel, listener) {
      const own: Listener = (message) => listener(message); // so that the same function may subscribe twice
      const others = listeners.get(channel);
      if (others === undefined) listeners.set(channel, new Set([own]));
      else others.add(own);
      if (others === undefined) adjust(channel);
      else if (current?.active.has(channel))
        queueMicrotask(() => others.has(own) && own(undefined));
      return () => {
        const rest = listeners.get(channel);
        if (rest?.delete(own) !== true || rest.size > 0) return;
        listeners.delete(channel);
        if (listeners.size > 0) return adjust(channel);
        current?.subscriber.close();
        current = undefined;
      };
    },
  };
}
