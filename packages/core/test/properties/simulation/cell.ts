import type { SessionRecord, StoredValue, TokenStore } from '../../../src/session/store.ts';
import type { RefreshLock } from '../../../src/session/lock.ts';
import type { TokenSet } from '../../../src/tokens/tokens.ts';
import type { Core } from './core.ts';
import type { Setting } from './setting.ts';
import type { Timeline } from './timeline.ts';

/** Told of what happens in the cell. */
export interface CellWatch {
  /** Before it is known whether the write succeeds. */
  attempted(by: number, record: SessionRecord): void;
  written(by: number, before: SessionRecord | undefined, after: SessionRecord): void;
  /** A manager was told what the store holds. */
  told(by: number, record: SessionRecord | undefined): void;
}

/** What several managers share, and a view of it for each of them. */
export interface SharedCell {
  view(by: number, lock: RefreshLock | undefined): TokenStore;
  /** What is stored now, if it is a record. */
  record(): SessionRecord | undefined;
  /** Puts an earlier value back, as a restored backup does. Says which, or that there is none. */
  goBack(pick: number): { readonly record: SessionRecord | undefined } | undefined;
  /** The store answers nobody for so many ms. */
  outage(ms: number): void;
  /** What is stored is gone for so many ms, and then back, unless something was written in between. `false`: nothing there. */
  away(ms: number): boolean;
  /** The next generation that this manager writes is refused once. */
  failCommit(by: number): void;
  /** Tells a manager that something may have changed, as needless notifications do. */
  notify(to: number): void;
  readonly subscribers: number;
  leave(by: number): void;
}

const recordOf = (value: unknown): SessionRecord | undefined =>
  (value as { v?: unknown } | undefined)?.v === 1 ? (value as SessionRecord) : undefined;

/** A store that others see too: a real compare-and-set, and each call takes its time both ways. */
export function sharedCell(
  core: Core,
  timeline: Timeline,
  watch: CellWatch,
  initial: unknown,
): SharedCell {
  let stored: StoredValue | undefined =
    initial === undefined ? undefined : { value: initial, version: 'v0' };
  let writes = 0;
  const history: StoredValue[] = stored === undefined ? [] : [stored];
  const subscribers = new Map<number, () => void>();
  const failing = new Set<number>();
  let downUntil = 0;
  let hidden: StoredValue | undefined;

  const pass = async (kind: 'storeRequest' | 'storeAnswer', by: number): Promise<void> => {
    const struck = await timeline.gate(kind, by);
    if (struck === 'storeFails' || struck === 'writeLate' || timeline.now < downUntil)
      throw new Error('The store is down');
  };
  const notify = (to: number): void => {
    void timeline.gate('notify', to).then(() => subscribers.get(to)?.());
  };
  const tellAll = (): void => {
    for (const to of subscribers.keys()) notify(to);
  };
  const compareAndSet = (
    by: number,
    value: SessionRecord,
    expected: string | undefined,
  ): string | undefined => {
    if (stored?.version !== expected) return undefined;
    const version = `v${++writes}`;
    const before = recordOf(stored?.value);
    hidden = undefined; // whatever comes back is not what was there
    stored = { value, version };
    history.push(stored);
    watch.written(by, before, value);
    tellAll();
    return version;
  };

  return {
    view: (by, lock) =>
      core.sharedStore({
        name: 'session',
        lock,
        async read() {
          await pass('storeRequest', by);
          const found = stored;
          await pass('storeAnswer', by);
          watch.told(by, recordOf(found?.value));
          return found;
        },
        async write(record, expected) {
          const copy = JSON.parse(JSON.stringify(record)) as SessionRecord;
          watch.attempted(by, copy);
          const struck = await timeline.gate('storeRequest', by);
          if (struck === 'writeLate') {
            // On its way for longer than anybody waits for it: the version decides what becomes of it.
            void timeline.gate('lateWrite', 0).then(() => compareAndSet(by, copy, expected));
            throw new Error('No answer');
          }
          // It has not happened, and will not by trying again.
          if (struck === 'writeRefused')
            throw Object.assign(new Error('The disk is full'), { delivery: 'answered' });
          const commits = copy.gen > (recordOf(stored?.value)?.gen ?? 0);
          if (
            struck === 'storeFails' ||
            timeline.now < downUntil ||
            (commits && failing.delete(by))
          )
            throw new Error('The store is down');
          const version = compareAndSet(by, copy, expected);
          await pass('storeAnswer', by);
          return version;
        },
        subscribe(onChange) {
          subscribers.set(by, onChange);
          return () => subscribers.delete(by);
        },
      }),
    record: () => recordOf(stored?.value),
    goBack(pick) {
      const found = history[pick % Math.max(1, history.length)];
      if (found === undefined || found === stored) return undefined;
      stored = { value: found.value, version: `v${++writes}` };
      hidden = undefined;
      tellAll();
      return { record: recordOf(stored.value) };
    },
    outage(ms) {
      downUntil = Math.max(downUntil, timeline.now + ms);
    },
    failCommit: (by) => void failing.add(by),
    away(ms) {
      if (stored === undefined) return false;
      const lost = stored;
      hidden = lost;
      stored = undefined;
      tellAll();
      timeline
        .clock(0, () => 0)
        .setTimeout(() => {
          if (hidden !== lost) return;
          stored = { value: lost.value, version: `v${++writes}` };
          hidden = undefined;
          tellAll();
        }, ms);
      return true;
    },
    notify(to) {
      if (subscribers.has(to)) notify(to);
    },
    get subscribers() {
      return subscribers.size;
    },
    leave: (by) => void subscribers.delete(by),
  };
}

/** The real memory store, watched. */
export function memoryCell(
  core: Core,
  watch: CellWatch,
  initial: SessionRecord | undefined,
): SharedCell {
  const store = core.memoryStore();
  if (initial !== undefined) void store.write(initial, undefined);
  let latest = initial;
  let subscribers = 0;
  return {
    view: (by, lock) => ({
      ...store,
      lock,
      async read() {
        const found = await store.read();
        watch.told(by, recordOf(found?.value));
        return found;
      },
      async write(record, expected) {
        watch.attempted(by, record);
        const version = await store.write(record, expected);
        if (version != null) {
          watch.written(by, latest, record);
          latest = record;
        }
        return version;
      },
      subscribe(onChange) {
        subscribers++;
        const stop = store.subscribe?.(onChange);
        return () => {
          subscribers--;
          stop?.();
        };
      },
    }),
    record: () => latest,
    goBack: () => undefined,
    outage: () => undefined,
    away: () => false,
    failCommit: () => undefined,
    notify: () => undefined,
    get subscribers() {
      return subscribers;
    },
    leave: () => undefined,
  };
}

/** `tokens`: what both kinds hold at first, a bare token set; `record`: what a shared one holds instead. */
export const createCell = (
  core: Core,
  setting: Setting,
  timeline: Timeline,
  watch: CellWatch,
  tokens: TokenSet | undefined,
  record: SessionRecord | undefined,
): SharedCell =>
  setting.store === 'shared'
    ? sharedCell(core, timeline, watch, setting.start === 'record' ? record : tokens)
    : memoryCell(core, watch, setting.store === 'alone' ? undefined : record);
