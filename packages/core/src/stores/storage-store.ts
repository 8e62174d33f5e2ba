import { Mutex } from 'async-mutex';
import { TokenError } from '../errors/errors.ts';
import { isName, nameOf, requireMethods } from '../errors/check-value.ts';
import { mutexLock } from '../refresh/mutex-lock.ts';
import { sharedStore } from '../shared/shared-store.ts';
import type { StoredValue, TokenStore } from '../session/store.ts';

/** What AsyncStorage, a Keychain wrapper, localStorage and unstorage have in common; each method may be async. */
export interface StorageLike {
  /** `null` or `undefined`: nothing there. */
  getItem(key: string): unknown;
  setItem(key: string, value: string): unknown;
}

/**
 * Keeps the session under `key` of a key-value storage. Such a storage has no compare-and-set, so this is for one
 * process (or page) only: two that write at the same moment can lose a rotation. It is read once, then kept in memory:
 * one Face ID prompt. What is there and is not a session is ERR_STORE_RECORD, and stays.
 *
 * @example
 * ```ts
 * import { createTokenManager, storageStore } from 'unexpired';
 *
 * const tokens = createTokenManager({
 *   store: storageStore(localStorage, 'session'),
 *   refresh: async ({ refreshToken }) => (await fetch('/auth/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 * });
 * ```
 */
export function storageStore(storage: StorageLike, key: string): TokenStore {
  requireMethods('storageStore: storage', storage, ['getItem', 'setItem']);
  if (!isName(key))
    throw new TypeError(
      `storageStore: key: expected a string that is not empty, got ${nameOf(key)}`,
    );
  let first: Promise<StoredValue | undefined> | undefined;
  let version = 0;

  const load = async (): Promise<StoredValue | undefined> => {
    const found = await storage.getItem(key);
    return found == null
      ? undefined
      : { value: typeof found === 'string' ? parse(found, key) : found, version: '0' };
  };

  const read = (): Promise<StoredValue | undefined> => {
    first ??= load();
    first.catch(() => {
      first = undefined; // the caller gets the error; the next read tries again
    });
    return first;
  };

  const writing = new Mutex(); // the storage may be asynchronous, and a comparison holds only until somebody else writes
  return sharedStore({
    name: key,
    lock: mutexLock(),
    read,
    write: (record, expected) =>
      writing.runExclusive(async () => {
        if ((await read())?.version !== expected) return undefined;
        await storage.setItem(key, JSON.stringify(record));
        const written = { value: record, version: String(++version) };
        first = Promise.resolve(written);
        return written.version;
      }),
  });
}

function parse(text: string, key: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new TokenError('ERR_STORE_RECORD', {
      message: `Store "${key}" holds something that is not JSON; it was left as it is`,
    }); // the parser's own message quotes the text
  }
}
