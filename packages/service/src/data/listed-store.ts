import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionRecord, TokenStore } from 'unexpired';
import type { Change } from '../audit/change.ts';
import type { ChangeRow } from '../audit/rows.ts';
import type { Entry } from './entry.ts';

/** What is written beside a record, in the same transaction. */
export interface Beside {
  readonly entry: Entry | undefined;
  readonly row: ChangeRow | undefined;
}

/** What the write under way is to put beside the record, which is encrypted by the time that it is written. */
const writing = new AsyncLocalStorage<Beside>();

export const besideTheRecord = (): Beside | undefined => writing.getStore();

/** The same store, which keeps the schedule and the audit trail along: all is written, or nothing. */
export function listedStore(
  store: TokenStore,
  parts: {
    readonly entryOf: (record: SessionRecord) => Entry | undefined;
    readonly ready: () => Promise<void>;
    /** Resolves when it is known how late it is. */
    readonly timed: () => Promise<void>;
    readonly written: () => void;
    /** The row may be another one than before: it was written, or nobody knows. */
    readonly changed: () => void;
    /** What the store is written for. */
    readonly change: Change | undefined;
  },
): TokenStore {
  return {
    ...store,
    async read() {
      await parts.timed();
      return store.read();
    },
    async write(record, expected) {
      await parts.ready();
      const entry = parts.entryOf(record);
      const row = parts.change?.rowFor(record);
      try {
        const version = await writing.run({ entry, row }, () => store.write(record, expected));
        if (version === undefined) return undefined;
        parts.change?.written();
        // What announces a redemption is no news.
        if (entry !== undefined && record.intent === undefined) parts.written();
        return version;
      } finally {
        parts.changed();
      }
    },
  };
}
