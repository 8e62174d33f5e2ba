import type { Clock } from 'unexpired';
import type { Tables } from '../data/tables.ts';
import { type Change, changesSince } from './changes-in.ts';

export interface Followed {
  /** There were too many: anything may have changed. */
  readonly isReset: boolean;
  readonly changes: readonly Change[];
  /** A follower that continues from here misses no later change. */
  readonly position: string;
}

/** Reads what all replicas write, for as long as somebody follows. */
export interface Feed {
  /** Resolves once it is read: `onChanges` hears of everything from then on. Rejects where the database cannot be asked. */
  follow(onChanges: (followed: Followed) => void): Promise<() => void>;
  /** Something was written: it is read at once. */
  wake(): void;
  /** Monotonic ms: followers have heard of every change before that. */
  heardAt(): number;
}

/** Ms between two looks, where nothing wakes it. */
const PACE = 1000;
/** Ms between two looks at the least. */
const QUICKEST = 20;
/** Changes in one look, after which it is cheaper to forget everything. */
const MOST = 20_000;

export function createFeed(parts: {
  readonly tables: Tables;
  readonly clock: Clock;
  /** Hears of what other replicas write, where that is possible. */
  readonly hear: ((wake: () => void) => () => void) | undefined;
  readonly failed: (error: unknown) => void;
}): Feed {
  const { tables, clock, hear, failed } = parts;
  const followers = new Set<(followed: Followed) => void>();
  let position: string | undefined;
  let heardAt = -Infinity;
  /** What was read at the last look, by key: it may be read again. */
  let read = new Map<string, string>();
  let looking: Promise<void> | undefined;
  let isWoken = false;
  let cancel: (() => void) | undefined;
  let deaf: (() => void) | undefined;

  const look = async (): Promise<void> => {
    const begun = clock.monotonic();
    const found = await changesSince(tables, position, MOST);
    const isReset = found.isPart;
    const changes = isReset ? [] : found.changes.filter(({ key, mark }) => read.get(key) !== mark);
    read = new Map(found.changes.map(({ key, mark }) => [key, mark]));
    position = found.position;
    if (changes.length > 0 || isReset)
      for (const follower of [...followers]) follower({ changes, isReset, position });
    heardAt = begun;
  };
  const next = (): void => {
    cancel?.();
    cancel = undefined;
    if (followers.size === 0 || looking !== undefined) return;
    isWoken = false;
    looking = look()
      .catch(failed)
      .finally(() => {
        looking = undefined;
        if (followers.size > 0) cancel = clock.setTimeout(next, isWoken ? QUICKEST : PACE, true);
      });
  };
  const wake = (): void => {
    if (followers.size === 0 || isWoken) return;
    isWoken = true;
    if (looking === undefined) {
      cancel?.();
      cancel = clock.setTimeout(next, 0, true);
    }
  };
  const leave = (follower: (followed: Followed) => void): void => {
    if (!followers.delete(follower) || followers.size > 0) return;
    cancel?.();
    deaf?.();
    cancel = deaf = position = undefined;
    read = new Map();
  };

  return {
    wake,
    heardAt: () => heardAt,
    async follow(onChanges) {
      const own = (followed: Followed): void => onChanges(followed);
      await looking; // of somebody who may just have left
      if (position === undefined) {
        const begun = clock.monotonic();
        const { position: now } = await changesSince(tables, undefined, 1);
        // Somebody else may follow by now, and from an earlier one.
        if (position === undefined) [position, heardAt] = [now, begun];
      }
      followers.add(own);
      deaf ??= hear?.(wake);
      if (cancel === undefined && looking === undefined)
        cancel = clock.setTimeout(next, PACE, true);
      return () => leave(own);
    },
  };
}
