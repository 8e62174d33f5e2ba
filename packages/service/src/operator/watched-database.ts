import type { Clock, SessionRecord, TokenStore } from 'unexpired';
import type { ServiceDatabase } from '../database.ts';

export type StoreOperation = 'read' | 'write';

/** One call of the database, once it has ended. */
export interface StoreCall {
  readonly key: string;
  readonly operation: StoreOperation;
  /** Ms. */
  readonly duration: number;
  readonly failed: boolean;
  /** What the row is known to hold after the call; `undefined`: that is not known. */
  readonly generation: number | undefined;
}

/** The same database, which tells of each call. No token is told of. */
export function watchedDatabase(
  database: ServiceDatabase,
  clock: Clock,
  tell: (call: StoreCall) => void,
): ServiceDatabase {
  return { ...database, store: (key) => watched(database.store(key), key) };

  function watched(store: TokenStore, key: string): TokenStore {
    const timed = async <T>(
      operation: StoreOperation,
      run: () => Promise<T>,
      generationOf: (result: T) => unknown,
    ): Promise<T> => {
      const since = clock.monotonic();
      let generation: unknown;
      let failed = true;
      try {
        const result = await run();
        failed = false;
        generation = generationOf(result);
        return result;
      } finally {
        const duration = clock.monotonic() - since;
        const known = typeof generation === 'number' ? generation : undefined;
        tell({ key, operation, duration, failed, generation: known });
      }
    };
    return {
      ...store,
      read: () =>
        timed(
          'read',
          () => store.read(),
          (stored) => (stored?.value as Partial<SessionRecord> | undefined)?.gen,
        ),
      write: (record, expected) =>
        timed(
          'write',
          () => store.write(record, expected),
          // Somebody else was first: the row holds what that one has written.
          (version) => (version === undefined ? undefined : record.gen),
        ),
    };
  }
}
