import { checkNames, nameOf, SIGN_IN } from 'unexpired/adapter';
import { sharedStore, type StoredValue, type TokenStore } from 'unexpired';
import { createConnection } from './connection.ts';
import { failure } from './failure.ts';
import { createWakeUp } from './wake-up.ts';
import { lockOn, webLocks } from './web-lock.ts';

/** Options of {@link browserStore}. */
export interface BrowserStoreOptions {
  /** The IndexedDB database. Default `unexpired`. */
  readonly database?: string | undefined;
}

/**
 * Keeps the session in IndexedDB, where all tabs and workers of the site share it: one of them refreshes, the others
 * pick it up. Each write is a compare-and-set in one transaction; the lock is a Web Lock; a BroadcastChannel wakes the
 * others, and never carries a token. `key` names the session, for sites with several. Default `session`.
 *
 * On plain http there are no Web Locks. The store brings no lock there, since the record says who refreshes.
 *
 * Touches nothing until it is used, so it can be made on a server. Where the browser stores nothing (blocked cookies, a
 * sandboxed frame, no room), reads and writes reject with an error whose `code` is the name of the browser's own.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { browserStore } from '@unexpired/browser';
 *
 * const tokens = createTokenManager({
 *   store: browserStore(),
 *   refresh: async ({ refreshToken }) => (await fetch('/auth/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 * });
 * ```
 */
export function browserStore(key = 'session', options: BrowserStoreOptions = {}): TokenStore {
  checkNames('browserStore', options, ['database']);
  const { database = 'unexpired' } = options;
  requireName('key', key);
  requireName('database', database);
  const name = database === 'unexpired' ? key : `${database}/${key}`;
  const address = `unexpired:${JSON.stringify([database, key])}`;
  const wakeUp = createWakeUp(address, () => connection.drop());
  const connection = createConnection(database, wakeUp.tell);
  const stored = createReader();

  const done = (): void => {
    if (!wakeUp.hasSubscribers) connection.drop(); // nobody would say when it is no longer needed
  };
  const refuse = (action: string) => (error: unknown) => {
    throw failure(`Store "${name}" could not be ${action}`, error);
  };

  return sharedStore({
    name,
    // Whatever name a manager has for the session: the managers that redeem what is in this place are kept apart.
    // On plain http there are no Web Locks: the record alone keeps two tabs apart there, and a waiting tab looks at it.
    lock:
      webLocks() && lockOn((asked) => (asked.endsWith(SIGN_IN) ? `${address}${SIGN_IN}` : address)),
    read: () =>
      connection
        .transact<StoredValue | undefined>('readonly', (cells, give) => {
          const request = cells.get(key);
          request.addEventListener('success', () => give(stored(request.result)));
        })
        .catch(refuse('read'))
        .finally(done),
    async write(record, expected) {
      const value = JSON.parse(JSON.stringify(record)) as unknown; // what is not JSON could not be cloned into the database either
      const version = randomText();
      const written = await connection
        .transact<boolean>('readwrite', (cells, give) => {
          const request = cells.get(key);
          request.addEventListener('success', () => {
            const matches = stored(request.result)?.version === expected;
            if (matches) cells.put({ value, version } satisfies Cell, key);
            give(matches);
          });
        })
        .catch(refuse('written'))
        .finally(done);
      if (!written) return undefined;
      wakeUp.announce(version);
      return version;
    },
    subscribe: wakeUp.subscribe,
  });
}

interface Cell {
  readonly value: unknown;
  /** Random, so that no version comes back when the database was deleted and made anew. */
  readonly version: string;
}

/** Reads a cell. What somebody else put there has no version: it gets one, another each time it has changed. */
function createReader(): (found: unknown) => StoredValue | undefined {
  let foreign = { text: '', version: '' };
  return (found) => {
    if (found === undefined) return undefined;
    if (isCell(found)) return { value: found.value, version: found.version };
    const text = textOf(found);
    if (text !== foreign.text) foreign = { text, version: randomText() };
    return { value: found, version: foreign.version };
  };
}

function textOf(found: unknown): string {
  try {
    return JSON.stringify(found) ?? typeof found;
  } catch {
    return typeof found; // not JSON, so not a session; its reader says so
  }
}

const isCell = (found: unknown): found is Cell => {
  const { value, version } = (found ?? {}) as Partial<Cell>;
  return value !== undefined && typeof version === 'string';
};

/** Not `crypto.randomUUID()`, which pages without https do not have. */
const randomText = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('');

function requireName(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(
      `browserStore: ${option}: expected a string that is not empty, got ${nameOf(value)}`,
    );
}
