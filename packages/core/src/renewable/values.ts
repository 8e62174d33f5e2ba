import { fingerprint } from '../tokens/fingerprint.ts';

/** A value that a task uses until it says `leave`. */
export interface UsedValue<Value> {
  readonly value: Value;
  leave(): void;
}

/** The values that were made and are not disposed of yet: the one that counts, and older ones while tasks use them. */
export interface Values<Value> {
  /** Keeps a value; gives what stands for it where the core expects a token. */
  add(value: Value): string;
  /** The value, in use from now on; `undefined`: it is given to nobody any more. */
  enter(id: string): UsedValue<Value> | undefined;
  /** Disposes of all but the value of this fingerprint, each as soon as no task uses it; without one, of all. */
  keepOnly(counting?: string): void;
  /** Calls `task` once all are disposed of, which may be now. */
  whenGone(task: () => void): void;
}

interface Kept<Value> {
  readonly value: Value;
  /** Tasks, and one more while it is given to new ones. */
  users: number;
  kept: boolean;
}

/** `dispose` is called once for each value, and must not reject. */
export function createValues<Value>(dispose: (value: Value) => Promise<void>): Values<Value> {
  const all = new Map<string, Kept<Value>>();
  let made = 0;
  let gone = (): void => undefined;

  const leave = (id: string, entry: Kept<Value>): void => {
    if (--entry.users > 0) return;
    // The same value may have been made twice: it goes with the last of them.
    const isShared = [...all.values()].some(
      ({ users, value }) => users > 0 && Object.is(value, entry.value),
    );
    if (isShared) return void all.delete(id);
    void dispose(entry.value).then(() => {
      all.delete(id);
      if (all.size === 0) gone();
    });
  };
  return {
    add(value) {
      const id = `value-${++made}`;
      all.set(id, { value, users: 1, kept: true });
      return id;
    },
    enter(id) {
      const entry = all.get(id);
      if (!entry?.kept) return undefined;
      entry.users++;
      return { value: entry.value, leave: () => leave(id, entry) };
    },
    keepOnly(counting) {
      for (const [id, entry] of all) {
        if (!entry.kept || fingerprint(id) === counting) continue;
        entry.kept = false;
        leave(id, entry);
      }
    },
    whenGone(task) {
      gone = task;
      if (all.size === 0) gone();
    },
  };
}
