import { check, fingerprint, isName } from 'unexpired/adapter';
import { type PostgresPool, requirePool } from './postgres-like.ts';
import { wakeUpOf } from './wake-up.ts';

/** Wakes the listeners on the same database. Carries nothing. */
export interface PostgresSignal {
  /** Wakes all that hear it, this process included. At most 50 times a second; what is more is one. */
  send(): void;
  /** Calls `wake` when somebody has sent it, and when it may have been missed. Returns unsubscribe. */
  hear(wake: () => void): () => void;
}

/**
 * A signal by `NOTIFY`, on the connection that {@link postgresStore} listens on with the same `direct` pool. It may get lost, so it
 * only saves time: a listener has to look by itself, too.
 *
 * @throws TypeError for a pool that gives no connections, and for a name that is none.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg';
 * import { postgresSignal } from '@unexpired/postgres';
 *
 * const changed = postgresSignal(new Pool(), 'the list');
 * const stop = changed.hear(() => console.log('look again'));
 * changed.send();
 * stop();
 * ```
 */
export function postgresSignal(direct: PostgresPool, name: string): PostgresSignal {
  requirePool('postgresSignal: direct', direct, ['query', 'connect']);
  check('postgresSignal: name', name, isName);
  const wakeUp = wakeUpOf(direct);
  const topic = fingerprint(`signal ${name}`);
  return {
    send: () => wakeUp.tell(topic, ''),
    hear: (wake) => wakeUp.subscribe(topic, () => wake()),
  };
}
