import type { StoredValue } from 'unexpired';
import type { Followed } from '../events/feed.ts';
import type { Standing } from './entry.ts';

/** A row that this replica has just written. */
export interface Written {
  readonly stored: StoredValue;
  /** Monotonic ms: it was the current one at some moment after that. */
  readonly since: number;
}

/**
 * Rows that were read or written in this turn of the event loop. Nothing is kept for longer: what is done with such a row is what would
 * have been done with it where it was read.
 */
export interface InHand {
  /** It was read: whoever is to write over it need not read it again, because a write expects the version that was read. */
  found(key: string, stored: StoredValue): void;
  /** The newest that is in hand. */
  latest(key: string): StoredValue | undefined;
  /** What was written here, where nobody else is known to have written since. */
  written(key: string): Written | undefined;
  /** Of a write that begins now. Call it with the version once it has ended, `undefined`: somebody else was first, or nobody knows. */
  writing(key: string, standing: Standing): (stored: StoredValue | undefined) => void;
  /** Somebody has written. */
  heard(followed: Pick<Followed, 'changes' | 'isReset'>): void;
}

interface Writing {
  readonly standing: Standing;
  isOvertaken: boolean;
}

interface WrittenHere extends Written {
  readonly standing: Standing;
}

export function createInHand(monotonic: () => number): InHand {
  const found = new Map<string, StoredValue>();
  const written = new Map<string, WrittenHere>();
  const under = new Map<string, Set<Writing>>();
  const forThisTurn = <T>(rows: Map<string, T>, key: string, row: T): void => {
    rows.set(key, row);
    setImmediate(() => {
      if (rows.get(key) === row) rows.delete(key);
    });
  };
  return {
    found: (key, stored) => forThisTurn(found, key, stored),
    latest: (key) => written.get(key)?.stored ?? found.get(key),
    written: (key) => written.get(key),
    writing(key, standing) {
      const since = monotonic();
      const own: Writing = { standing, isOvertaken: false };
      const all = under.get(key) ?? new Set();
      under.set(key, all.add(own));
      found.delete(key);
      written.delete(key);
      return (stored) => {
        all.delete(own);
        if (all.size === 0) under.delete(key);
        found.delete(key);
        written.delete(key);
        // Another one that is under way may have come before this, and be answered after it.
        for (const one of all) one.isOvertaken = true;
        if (stored !== undefined && !own.isOvertaken)
          forThisTurn(written, key, { stored, since, standing });
      };
    },
    heard({ changes, isReset }) {
      if (isReset) {
        for (const all of under.values()) for (const one of all) one.isOvertaken = true;
        written.clear();
      }
      if (under.size === 0 && written.size === 0) return;
      for (const change of changes) {
        for (const one of under.get(change.key) ?? [])
          one.isOvertaken ||= !isNoNews(change, one.standing);
        const here = written.get(change.key);
        if (here !== undefined && !isNoNews(change, here.standing)) written.delete(change.key);
      }
    },
  };
}

/** It is what is being written, or came before that: within a session generations only grow. */
const isNoNews = (change: Standing, { session, generation, state }: Standing): boolean =>
  change.session === session &&
  (change.generation < generation || (change.generation === generation && change.state === state));
