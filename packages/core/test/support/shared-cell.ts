import { type SessionRecord, sharedStore, type TokenStore } from '../../src/index.ts';

/** What a test does around the next accesses; what it throws is what the store throws, and a promise is waited for. */
export interface Hooks {
  beforeRead?: (() => unknown) | undefined;
  /** The value has been read and is on its way. */
  afterRead?: (() => unknown) | undefined;
  beforeWrite?: ((record: SessionRecord) => unknown) | undefined;
  /** Written, and the writer does not know it yet. */
  afterWrite?: ((record: SessionRecord) => unknown) | undefined;
}

/** One place that several stores reach, as processes reach one file: compare-and-set, values by copy, faults at will. */
export interface SharedCell {
  /** Another process's way to it. `subscribe: false`: one that never hears of others. */
  open(options?: { readonly subscribe?: boolean; readonly lock?: TokenStore['lock'] }): TokenStore;
  readonly hooks: Hooks;
  /** What is stored now. */
  readonly record: SessionRecord | undefined;
  /** Somebody else writes this, whatever it is, without asking; `undefined`: the record vanishes. Nobody is told. */
  put(value: unknown): void;
  /** Tells who subscribed. */
  notify(): void;
  readonly reads: number;
  readonly writes: number;
  readonly subscribers: number;
  /** Everything that was ever written through a store, oldest first. */
  readonly history: readonly SessionRecord[];
}

export function sharedCell(initial?: unknown): SharedCell {
  let text = initial === undefined ? undefined : JSON.stringify(initial);
  let version = 1;
  let reads = 0;
  let writes = 0;
  const hooks: Hooks = {};
  const listeners = new Set<() => void>();
  const history: SessionRecord[] = [];
  const notify = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const parsed = <T>(): T | undefined => (text === undefined ? undefined : (JSON.parse(text) as T));
  return {
    hooks,
    history,
    notify,
    get record() {
      return parsed<SessionRecord>();
    },
    put(value) {
      text = value === undefined ? undefined : JSON.stringify(value);
      version++;
    },
    get reads() {
      return reads;
    },
    get writes() {
      return writes;
    },
    get subscribers() {
      return listeners.size;
    },
    open: ({ subscribe = true, lock } = {}) =>
      sharedStore({
        name: 'cell',
        ...(lock !== undefined && { lock }),
        async read() {
          reads++;
          await hooks.beforeRead?.();
          const found =
            text === undefined ? undefined : { value: parsed<unknown>(), version: String(version) };
          await hooks.afterRead?.();
          return found;
        },
        async write(record, expected) {
          writes++;
          await hooks.beforeWrite?.(record);
          if (expected !== (text === undefined ? undefined : String(version))) return undefined;
          text = JSON.stringify(record);
          const written = String(++version);
          history.push(JSON.parse(text) as SessionRecord);
          notify();
          await hooks.afterWrite?.(record);
          return written;
        },
        ...(subscribe && {
          subscribe(listener: () => void) {
            const own = (): void => listener();
            listeners.add(own);
            return () => listeners.delete(own);
          },
        }),
      }),
  };
}
