import { checkAll, isName } from '../errors/check-value.ts';
import { mutexLock } from '../refresh/mutex-lock.ts';
import { isLock, type RefreshLock } from '../session/lock.ts';
import type { TokenStore } from '../session/store.ts';
import { sharedStore } from '../shared/shared-store.ts';

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Default `session`. Two sessions of a page need two names. */
  readonly name?: string | undefined;
  /** Default: a lock for this process. */
  readonly lock?: RefreshLock | undefined;
}

/**
 * A session that several managers of this process share, gone with the process or page. With `lock` also a session whose
 * access token is in the memory of this page, and whose refresh token is in a cookie that all tabs have:
 * `memoryStore({ lock: navigator.locks })`.
 *
 * One manager alone needs no store.
 *
 * @throws TypeError that names the option that is wrong.
 *
 * @example
 * ```ts
 * import { createTokenManager, memoryStore } from 'unexpired';
 *
 * const store = memoryStore();
 * const refresh = async () => (await fetch('/auth/refresh', { method: 'POST' })).json();
 * const [one, other] = [createTokenManager({ store, refresh }), createTokenManager({ store, refresh })];
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): TokenStore {
  checkAll('memoryStore', options, { name: isName, lock: isLock }, HINTS);
  let value: unknown;
  let version = 0;
  const listeners = new Set<() => void>();
  const store = sharedStore({
    name: options.name ?? 'session',
    lock: options.lock ?? mutexLock(),
    async read() {
      return value === undefined ? undefined : { value, version: String(version) };
    },
    async write(record, expected) {
      if (expected !== (value === undefined ? undefined : String(version))) return undefined;
      value = record;
      version++;
      for (const onChange of listeners) onChange();
      return String(version);
    },
    subscribe(onChange) {
      const own = (): void => onChange(); // so that the same function may subscribe twice
      listeners.add(own);
      return () => listeners.delete(own);
    },
  });
  return Object.assign(store, { volatile: true as const });
}

const WITH_TOKENS =
  'createTokenManager({ tokens }) begins with a session, and setSession() starts one';
const HINTS = { accessToken: WITH_TOKENS, access_token: WITH_TOKENS, tokens: WITH_TOKENS };
