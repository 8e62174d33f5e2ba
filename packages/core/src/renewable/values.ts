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

/** `dispose` is called once for each value, and must not reject. */
export function createValues<Value>(dispose: (value: Value) => Promise<void>): Values<Value> {
  /** Those that tasks are given. */
  const given = new Map<string, Value>();
  /** How many tasks use it, and one more for each time that it is in `given`: the same value may be made twice. */
  const users = new Map<Value, number>();
  let made = 0;
  let undisposed = 0;
  let gone = (): void => undefined;

  const enter = (value: Value): void => {
    const before = users.get(value) ?? 0;
    if (before === 0) undisposed++;
    users.set(value, before + 1);
  };
  const leave = (value: Value): void => {
    const left = (users.get(value) as number) - 1;
    if (left > 0) return void users.set(value, left);
    users.delete(value);
    void dispose(value).then(() => {
      if (--undisposed === 0) gone();
    });
  };
  return {
    add(value) {
      const id = `value-${++made}`;
      given.set(id, value);
      enter(value);
      return id;
    },
    enter(id) {
      if (!given.has(id)) return undefined;
      const value = given.get(id) as Value;
      enter(value);
      return { value, leave: () => leave(value) };
    },
    keepOnly(counting) {
      for (const [id, value] of given) {
        if (fingerprint(id) === counting) continue;
        given.delete(id);
        leave(value);
      }
    },
    whenGone(task) {
      gone = task;
      if (undisposed === 0) gone();
    },
  };
}
