import { Mutex } from 'async-mutex';
import { check, checkAll, hasMethods, isFunction, isName } from '../errors/check-value.ts';
import { ignoreRejection } from '../tokens/ignore-rejection.ts';
import { mutexLock } from '../refresh/mutex-lock.ts';
import { sharedStore } from '../shared/shared-store.ts';
import { type StoredValue, type TokenStore, unwritten } from '../session/store.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import { readMembers } from '../tokens/read-members.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { listenToPages } from './storage-events.ts';

/** What AsyncStorage, a Keychain wrapper, localStorage and unstorage have in common; each method may be async. */
export interface StorageLike {
  /** `null`, `undefined` or an empty text: nothing there. */
  getItem(key: string): unknown;
  setItem(key: string, value: string): unknown;
}

/**
 * Keeps the session under `key` of a key-value storage, so that it outlives its page or process.
 *
 * Such a storage has no compare-and-set. Every read asks it again, so pages that take turns are fine: each one sees what
 * the others have written. Two that refresh at the very same moment can both redeem the same refresh token: use
 * `browserStore()` of `@unexpired/browser` for several tabs. Where the storage announces what other pages write, as
 * `localStorage` does, a sign-out there ends the session here at once.
 *
 * A storage that asks the user each time (Face ID) asks for each refresh. Keep only a key there, and give
 * {@link encryptedStore} a function that reads it: it is called once. Or, where nobody else writes there, wrap the storage in
 * one that remembers what it has read and written.
 *
 * What is there and is not a session is ERR_STORE_RECORD, and stays.
 *
 * @example
 * ```ts
 * import { createTokenManager, storageStore } from 'unexpired';
 *
 * const tokens = createTokenManager({
 *   store: storageStore(localStorage, 'session', {
 *     parse: (text) => (text.startsWith('eyJ') ? { accessToken: text } : undefined), // what the last release left there
 *   }),
 *   refresh: async ({ refreshToken }) => (await fetch('/auth/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 * });
 * ```
 */
export function storageStore(
  storage: StorageLike,
  key: string,
  options: {
    /**
     * Reads what an older version of your app left there, such as the token alone. `undefined`, or an error: not mine, which
     * a manager reports as ERR_STORE_RECORD. Not asked about our own records.
     */
    readonly parse?: ((text: string) => TokenSet | undefined) | undefined;
  } = {},
): TokenStore {
  check('storageStore: storage', storage, (value) => hasMethods(value, 'getItem', 'setItem'));
  check('storageStore: key', key, isName);
  checkAll('storageStore', options, { parse: isFunction });
  const { parse } = options;
  const subscribers = new Set<() => void>();
  const writing = new Mutex(); // an asynchronous storage compares and writes in two steps

  return sharedStore({
    name: key,
    lock: mutexLock(),
    async read() {
      return storedIn(await storage.getItem(key), parse);
    },
    write: (record, expected) =>
      writing.runExclusive(async () => {
        // A storage that answers at once is not waited for: nobody else in this page can write between these two steps.
        const answer = storage.getItem(key);
        const found = isPromise(answer) ? await answer : answer;
        if (versionOf(found) !== expected) return undefined;
        const json = JSON.stringify(record);
        const text = json === found ? `${json} ` : json; // the same text would have the same version
        try {
          const written = storage.setItem(key, text);
          if (isPromise(written)) await written;
        } catch (error) {
          throw isFull(error) ? unwritten(error) : error;
        }
        for (const notify of [...subscribers]) notify();
        return versionOf(text);
      }),
    subscribe(onChange) {
      const notify = (): void => onChange(); // so that the same function may subscribe twice
      subscribers.add(notify);
      const stop = listenToPages(storage, key, notify);
      return () => {
        subscribers.delete(notify);
        stop();
      };
    },
  });
}

/** Reads what a storage gave: text, or what a storage that parses by itself made of it. */
function storedIn(
  found: unknown,
  parse: ((text: string) => TokenSet | undefined) | undefined,
): StoredValue | undefined {
  const version = versionOf(found);
  if (version === undefined) return undefined;
  const value = typeof found === 'string' ? parsed(found) : found;
  if (parse === undefined || isRecordLike(value)) return { value, version };
  const text = textOf(found);
  try {
    return { value: ignoreRejection(parse(text)) ?? text, version }; // a text is not a session, whatever is written in it
  } catch {
    return { value: text, version }; // an error of parse() may quote a token
  }
}

/** Follows from what is there, so that two stores on one key agree. `undefined`: nothing is there. */
const versionOf = (found: unknown): string | undefined =>
  found == null || found === '' ? undefined : fingerprint(textOf(found));

const textOf = (found: unknown): string =>
  typeof found === 'string' ? found : (JSON.stringify(found) ?? typeof found);

/** The JSON in a text; another text is given as it is, since it is for the reader to say that it is not a session. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A record of this or any other version of the format. */
const isRecordLike = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'v' in value && 'session' in value;

/** The storage has no room left: the browser's word for it, and that of older Firefox. */
const isFull = (error: unknown): boolean =>
  ['QuotaExceededError', 'NS_ERROR_DOM_QUOTA_REACHED'].includes(
    readMembers(error, ['name']).of['name'] as string,
  );

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
