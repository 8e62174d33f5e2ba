import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionRecord, TokenStore } from 'unexpired';
import type { Entry } from './entry.ts';

/** The entry that the write under way is to put beside the record, which is encrypted by the time that it is written. */
const writing = new AsyncLocalStorage<Entry>();

export const entryBeingWritten = (): Entry | undefined => writing.getStore();

/** The same store, which keeps the schedule along: both are written, or none. */
export function listedStore(
  store: TokenStore,
  parts: {
    readonly entryOf: (record: SessionRecord) => Entry | undefined;
    readonly ready: () => Promise<void>;
    readonly written: () => void;
    /** The row may be another one than before: it was written, or nobody knows. */
    readonly changed: () => void;
  },
): TokenStore {
  return {
    ...store,
    async write(record, expected) {
      await parts.ready();
      const entry = parts.entryOf(record);
      try {
        if (entry === undefined) return await store.write(record, expected);
        const version = await writing.run(entry, () => store.write(record, expected));
        // What announces a redemption is no news.
        if (version !== undefined && record.intent === undefined) parts.written();
        return version;
      } finally {
        parts.changed();
      }
    },
  };
}
