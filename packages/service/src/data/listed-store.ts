import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionRecord, StoredValue, TokenStore } from 'unexpired';
import type { Traced } from '../audit/trail.ts';
import { type Entry, isSameStanding, type Standing, standingOf } from './entry.ts';
import type { InHand } from './in-hand.ts';
import type { Purpose } from './store-of.ts';

/** What is written beside a record, in the same transaction. */
export interface Beside extends Pick<Traced, 'row' | 'ended'> {
  /** `undefined`: the schedule has it already. */
  readonly entry: Entry | undefined;
}

/** What the write under way is to put beside the record, which is encrypted by the time that it is written. */
const writing = new AsyncLocalStorage<Beside>();

export const besideTheRecord = (): Beside | undefined => writing.getStore();

export interface ListedParts {
  readonly entryOf: (record: SessionRecord) => Entry | undefined;
  readonly ready: () => Promise<void>;
  /** Resolves when it is known how late it is. */
  readonly timed: () => Promise<void>;
  readonly written: () => void;
  /** The row may be another one than before: it was written, or nobody knows. */
  readonly changed: () => void;
  readonly inHand: InHand;
  readonly purpose: Purpose;
}

/** The same store, which keeps the schedule and the audit trail along: all is written, or nothing. */
export function listedStore(store: TokenStore, parts: ListedParts): TokenStore {
  const { entryOf, inHand } = parts;
  const { trail, isFlight = false } = parts.purpose;
  const { name: key } = store;
  /** What stands in the row that was read last, and is in the schedule by that. */
  let known: { readonly version: string; readonly standing: Standing } | undefined;
  const learn = (stored: StoredValue): StoredValue => {
    if (isRecord(stored)) known = { version: stored.version, standing: standingOf(stored.value) };
    return stored;
  };
  return {
    ...store,
    async read() {
      await parts.timed();
      const stored = (isFlight ? inHand.latest(key) : undefined) ?? (await store.read());
      return stored && learn(stored);
    },
    async write(record, expected) {
      await parts.ready();
      const standing = standingOf(record);
      const isListed = known?.version === expected && isSameStanding(known?.standing, standing);
      const entry = isListed ? undefined : entryOf(record);
      const traced = trail?.beside(record);
      const end = inHand.writing(key, standing);
      let stored: StoredValue | undefined;
      try {
        const version = await writing.run({ entry, ...traced }, () =>
          store.write(record, expected),
        );
        if (version === undefined) return undefined;
        stored = learn({ value: record, version });
        traced?.written();
        // What announces a redemption is no news.
        if (entry !== undefined && record.intent === undefined) parts.written();
        return version;
      } finally {
        parts.changed();
        end(stored);
      }
    },
  };
}

const isRecord = (stored: StoredValue): stored is StoredValue & { readonly value: SessionRecord } =>
  stored.unreadable === undefined && (stored.value as Partial<SessionRecord> | null)?.v === 1;
