import type { Clock } from 'unexpired';
import { createInHand, type InHand } from './data/in-hand.ts';
import { sessionStores, type StoresParts } from './data/session-stores.ts';
import type { StoreOf } from './data/store-of.ts';
import type { Tables } from './data/tables.ts';
import { createFeed, type Feed } from './events/feed.ts';
import { type CacheLimits, createKnown, type Known } from './fresh/known.ts';

export interface Storage {
  readonly store: StoreOf;
  readonly inHand: InHand;
  readonly feed: Feed;
  readonly known: Known;
}

/** The rows of the sessions, what is known of them, and who follows what becomes of them: here at once, elsewhere as soon as it can be. */
export function createStorage(
  parts: Omit<StoresParts, 'written' | 'changed' | 'inHand'> & {
    readonly clock: Clock;
    readonly cache: CacheLimits;
    readonly failed: (error: unknown) => void;
  },
): Storage {
  const { clock, failed, cache, ...stores } = parts;
  const tables = stores.database.tables as Tables;
  const feed = createFeed({ ...{ tables, clock, failed }, hear: tables.signal?.hear });
  const inHand = createInHand(clock.monotonic);
  /** What is heard of a row is heard before it is handed out again. */
  const follow: Feed['follow'] = (onChanges) =>
    feed.follow((followed) => {
      inHand.heard(followed);
      onChanges(followed);
    });
  const known = createKnown({ feed: { ...feed, follow }, clock, ...cache });
  const store = sessionStores({
    ...{ ...stores, inHand },
    changed: known.changed,
    written() {
      feed.wake();
      tables.signal?.send();
    },
  });
  return { feed, store, known, inHand };
}
