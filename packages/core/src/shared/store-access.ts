import { nameOf } from '../errors/check-value.ts';
import { TokenError } from '../errors/errors.ts';
import { safeCause, secretsOf } from '../errors/safe-cause.ts';
import type { SessionRecord, StoreCell, StoredValue } from '../session/store.ts';
import type { Clock } from '../time/clock.ts';
import { readMembers } from '../tokens/read-members.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { isRecord, readStored, type StoredState } from './record.ts';

/** Ms that a store gets for one answer. */
const STORE_TIMEOUT = 10_000;
/** A cell that is always written in between is not one to go on with. */
const MOST_CONFLICTS = 100;
const LONGEST_CONFLICT_PAUSE = 1000;

/** What came of an update: a record was written over what was there, or what is there was kept. */
export type Updated =
  | { readonly written: SessionRecord; readonly version: string; readonly over: StoredState }
  | { readonly kept: StoredState };

type Replacing = 'all' | 'lost' | undefined;

/**
 * The way to a store: typed errors, bounded waits, and no state that is older than one already seen or than our own
 * writes.
 */
export interface StoreAccess {
  read(): Promise<StoredState>;
  /** The new version, or `undefined` for a conflict. */
  write(record: SessionRecord, expected: string | undefined): Promise<string | undefined>;
  /**
   * Reads and writes until what `next` makes of the stored state was written, or `next` gives `undefined`. `known` spares the
   * first read. `replacing`: what cannot be read may be replaced, too: all of it, or what is `lost`, which cannot be read later
   * either.
   */
  update(
    next: (storedState: StoredState) => SessionRecord | undefined,
    options?: { readonly known?: StoredState | undefined; readonly replacing?: Replacing },
  ): Promise<Updated>;
  /** A pause after the `conflicts`th conflict in a row, at random: those who write at the same time would meet again. */
  yield(conflicts: number): Promise<void>;
}

export function createStoreAccess(
  store: StoreCell,
  clock: Clock,
  random: () => number,
  told: {
    /** What the store finds wrong with its place, when that changes. */
    readonly warn: (message: string) => void;
    /**
     * A record whose read was overtaken by another read, by our own write, or by its time limit. It may be older than what is
     * known, and may not move anything back; but what was seen once stays known.
     */
    readonly learn: (record: SessionRecord) => void;
  },
): StoreAccess {
  let warning: string | undefined;
  let begun = 0;
  /** The number of the latest access that has ended. */
  let newest = 0;
  let writing: Promise<unknown> | undefined;
  /** The version of our own latest write, which its writer is about to take over. */
  let own: string | undefined;

  const bounded = <T>(
    action: 'read' | 'written',
    run: () => Promise<T>,
    tokens?: TokenSet,
    late?: (value: T) => unknown,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      let timedOut = false;
      const fail = (cause: unknown): void => reject(failure(store.name, action, cause, tokens));
      const cancel = clock.setTimeout(
        () => {
          timedOut = true;
          fail(new Error(`no answer within ${STORE_TIMEOUT} ms`));
        },
        STORE_TIMEOUT,
        true,
      );
      // A store that knows what is wrong says so itself.
      const refuse = (error: unknown): void => (isRecordError(error) ? reject(error) : fail(error));
      Promise.resolve()
        .then(run)
        .finally(cancel)
        .then((value) => (timedOut ? late?.(value) : resolve(value)), refuse);
    });

  const access: StoreAccess = {
    async read() {
      for (;;) {
        const number = ++begun;
        const learn = async (found: StoredValue | undefined): Promise<void> => {
          await writing; // seen before the writer knows of it, our own write would look like a peer's
          if (found?.version === own) return;
          if (isRecord(found?.value) && found.value.turn !== 0) told.learn(found.value);
        };
        const stored = await bounded('read', () => readFrom(store), undefined, learn);
        await writing;
        if (number < newest) {
          await learn(stored);
          continue; // shown, it would look like the store going back in time
        }
        newest = number;
        if (stored?.warning !== undefined && stored.warning !== warning)
          told.warn((warning = stored.warning));
        return readStored(stored, store.name, clock.now());
      }
    },
    async write(record, expected) {
      const attempt = bounded('written', () => writeTo(store, record, expected), record.tokens);
      writing = Promise.allSettled([writing, attempt]).then(() => undefined);
      const version = await attempt;
      newest = ++begun;
      own = version ?? own;
      return version;
    },
    async update(next, { known, replacing } = {}) {
      let storedState = known;
      for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts++) {
        storedState ??= await access.read();
        const { unreadable } = storedState;
        const mayGo = replacing === 'all' || (replacing === 'lost' && unreadable?.action === 'fix');
        if (unreadable !== undefined && !mayGo) throw unreadable;
        const record = next(storedState);
        if (record === undefined) return { kept: storedState };
        const version = await access.write(record, storedState.version);
        if (version !== undefined) return { written: record, version, over: storedState };
        await access.yield(conflicts);
        storedState = undefined;
      }
      throw alwaysWritten(store.name);
    },
    async yield(conflicts) {
      if (conflicts === 0) return;
      const most = Math.min(LONGEST_CONFLICT_PAUSE, 10 * 2 ** Math.min(conflicts - 1, 7));
      await new Promise<void>((resolve) => clock.setTimeout(resolve, random() * most, true));
    },
  };
  return access;
}

async function readFrom(store: StoreCell): Promise<StoredValue | undefined> {
  const stored = (await store.read()) || undefined;
  if (stored !== undefined && typeof stored.version !== 'string')
    throw misread(store, 'read(): expected { value, version }, the version a string', stored);
  return stored;
}

/** Drivers tell a conflict by `false`, or by no row. What is no version else may have been written, or may not. */
async function writeTo(
  store: StoreCell,
  record: SessionRecord,
  expected: string | undefined,
): Promise<string | undefined> {
  const { tokens } = record;
  // A copy: drivers add ids of their own, and people encrypt in place. What is known here stays what it is.
  const copy = { ...record, ...(tokens && { tokens: { ...tokens } }) };
  const version = (await store.write(copy, expected)) || undefined;
  if (version !== undefined && typeof version !== 'string')
    throw misread(
      store,
      'write(): expected the new version, a string, or undefined where somebody else was first',
      version,
    );
  return version;
}

const misread = ({ name }: StoreCell, expected: string, value: unknown): TokenError =>
  new TokenError('ERR_STORE_RECORD', {
    message: `Store "${name}": ${expected}, got ${nameOf(value)}`,
  });

const isRecordError = (error: unknown): boolean => {
  try {
    return error instanceof Error && (error as Partial<TokenError>).code === 'ERR_STORE_RECORD';
  } catch {
    return false; // a getter that throws: whatever it is, the store did not make it
  }
};

const failure = (
  store: string,
  action: 'read' | 'written',
  cause: unknown,
  tokens: TokenSet | undefined,
): TokenError => {
  const { delivery } = readMembers(cause, ['delivery']).of;
  return new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: `Store "${store}" could not be ${action}`,
    cause: safeCause(cause, secretsOf(tokens)),
    delivery: delivery === 'answered' ? delivery : undefined,
  });
};

export const alwaysWritten = (store: string): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: `Store "${store}" changed ${MOST_CONFLICTS} times while it was written`,
  });
