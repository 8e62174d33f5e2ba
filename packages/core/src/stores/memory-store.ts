import type { TokenSet } from '../tokens/tokens.ts';
import { requireTokenSet } from '../tokens/read-token-set.ts';
import { inProcessLock } from '../refresh/mutex-lock.ts';
import type { TokenStore } from '../session/store.ts';

/**
 * Keeps the session in memory: gone with the process or page. Managers that share a memory store share the session;
 * it brings an in-process lock. `initial` is a session that starts with these tokens; a `TypeError` says what is
 * wrong with them.
 *
 * @example
 * ```ts
 * import { createTokenManager, memoryStore } from 'unexpired';
 *
 * const tokens = createTokenManager({
 *   store: memoryStore({ accessToken: 'at-1', refreshToken: 'rt-1' }),
 *   refresh: async ({ refreshToken }) => (await fetch('/auth/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 * });
 * ```
 */
export function memoryStore(initial?: TokenSet): TokenStore {
  let value: unknown =
    initial === undefined ? undefined : requireTokenSet(initial, Date.now(), 'memoryStore');
  let version = 0;
  const listeners = new Set<() => void>();
  return {
    name: 'session',
    shared: false,
    lock: inProcessLock(),
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
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
  };
}
