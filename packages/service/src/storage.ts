import type { Clock, TokenStore } from 'unexpired';
import { sessionStores, type StoresParts } from './data/session-stores.ts';
import type { Tables } from './data/tables.ts';
import { createFeed, type Feed } from './events/feed.ts';

/** The rows of the sessions, and who follows what becomes of them: here at once, elsewhere as soon as it can be. */
export function createStorage(
  parts: Omit<StoresParts, 'written'> & {
    readonly clock: Clock;
    readonly failed: (error: unknown) => void;
  },
): { readonly store: (key: string) => TokenStore; readonly feed: Feed } {
  const { clock, failed, ...stores } = parts;
  const tables = stores.database.tables as Tables;
  const feed = createFeed({ ...{ tables, clock, failed }, hear: tables.signal?.hear });
  const store = sessionStores({
    ...stores,
    written() {
      feed.wake();
      tables.signal?.send();
    },
  });
  return { feed, store };
}
