/**
 * A map that holds so many bytes at the most: above that, what was not asked for for longest goes. Time passes with each that is
 * added: what was asked for in between counts alike, so to ask again costs no more than a look.
 */
export interface Bounded<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  clear(): void;
  readonly size: number;
  readonly bytes: number;
}

interface Entry<V> {
  readonly value: V;
  readonly bytes: number;
  /** How many were added when it was asked for last. */
  at: number;
}

/** `sizeOf`: the bytes that an entry takes, its key included. One that is larger than all there is room for is not kept. */
export function createBounded<V>(
  most: number,
  sizeOf: (key: string, value: V) => number,
): Bounded<V> {
  /** The one that was not asked for for longest first. */
  const entries = new Map<string, Entry<V>>();
  /** Counts what was added: only that has to find out what was not asked for for longest. */
  let additions = 0;
  let total = 0;
  const remove = (key: string): void => {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    get size() {
      return entries.size;
    },
    get bytes() {
      return total;
    },
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.at === additions) return entry.value;
      entry.at = additions;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value) {
      remove(key);
      const bytes = sizeOf(key, value);
      if (bytes > most) return;
      entries.set(key, { value, bytes, at: ++additions });
      total += bytes;
      for (const oldest of entries.keys()) {
        if (total <= most) return;
        remove(oldest);
      }
    },
    delete: remove,
    clear() {
      entries.clear();
      total = 0;
    },
  };
}
