import { fingerprint, systemClock } from 'unexpired/adapter';
import { listenOn } from './listening.ts';
import type { PostgresPool } from './postgres-like.ts';

/** Tells all listeners of a topic what was told there, in any process. Only saves time: nothing needs it to work. */
export interface WakeUp {
  /** `message` is `undefined` when something may have been missed until now. Returns unsubscribe. */
  subscribe(topic: string, listener: Listener): () => void;
  tell(topic: string, message: string): void;
}
type Listener = (message: string | undefined) => void;

const WAKE_UP = Symbol('unexpired.wake-up');
export const CHANNEL = 'unexpired';
/** Ms between two notifications of one process: each one is sent under a lock of the whole database. */
const NOTIFY_EVERY = 20;
/** How much goes into one notification: 52 bytes each at the most, and PostgreSQL refuses one of 8000. */
const AT_ONCE = 150;

/** What is announced about a row, without its key, which all users of the database would see. */
export const topicOf = (what: 'changed' | 'freed', table: string, key: string): string =>
  fingerprint(`${what} ${table} ${key}`);

/** One for all stores and locks on a pool: thousands of sessions listen on one connection. It belongs to the pool, so it is kept there. */
export function wakeUpOf(pool: PostgresPool): WakeUp {
  const kept = (pool as { [WAKE_UP]?: WakeUp })[WAKE_UP];
  if (kept !== undefined) return kept;
  const made = createWakeUp(pool);
  Reflect.defineProperty(pool, WAKE_UP, { value: made }); // a frozen pool gets a connection for each store instead
  return made;
}

function createWakeUp(pool: PostgresPool): WakeUp {
  const listeners = new Map<string, Set<Listener>>();
  const hear = (topic: string, message: string | undefined): void => {
    for (const listener of [...(listeners.get(topic) ?? [])]) listener(message);
  };
  const listening = listenOn(pool, CHANNEL, {
    heard(payload) {
      for (const item of payload.split(',')) {
        const [topic = '', message = ''] = item.split(':');
        hear(topic, message);
      }
    },
    mayHaveMissed() {
      for (const topic of [...listeners.keys()]) hear(topic, undefined);
    },
  });
  const pending = new Set<string>();
  let resting = false;
  let isSoon = false;

  const send = (): void => {
    if (resting || pending.size === 0) return;
    const items = [...pending].slice(0, AT_ONCE);
    for (const item of items) pending.delete(item);
    resting = true;
    systemClock.setTimeout(
      () => {
        resting = false;
        send();
      },
      NOTIFY_EVERY,
      true,
    );
    listening.query('select pg_notify($1, $2)', [CHANNEL, items.join(',')]).catch(() => undefined); // a waiter looks again anyway
  };

  return {
    tell(topic, message) {
      pending.add(`${topic}:${message}`);
      if (isSoon) return;
      isSoon = true;
      // What is told of the same write goes along, and does not wait for the next one.
      systemClock.setTimeout(() => {
        isSoon = false;
        send();
      }, 0);
    },
    subscribe(topic, listener) {
      const own: Listener = (message) => listener(message); // so that the same function may subscribe twice
      const all = listeners.get(topic) ?? new Set();
      listeners.set(topic, all.add(own));
      if (listening.start()) queueMicrotask(() => all.has(own) && own(undefined));
      return () => {
        if (!all.delete(own) || all.size > 0) return;
        if (listeners.get(topic) === all) listeners.delete(topic);
        if (listeners.size === 0) listening.stop();
      };
    },
  };
}
