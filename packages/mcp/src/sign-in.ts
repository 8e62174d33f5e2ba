import {
  memoryStore,
  type RefreshLock,
  type SessionRecord,
  type TokenManager,
  type TokenSet,
  type TokenStore,
} from 'unexpired';
import { abortable, type Kind, SIGN_IN, unless } from 'unexpired/adapter';
import { discover } from './discover.ts';
import { unavailable, useless } from './failure.ts';
import { logIn, wordsOf } from './log-in.ts';
import type { Settings } from './options.ts';

/** Options of `signIn`. */
export interface SignInOptions {
  /** Gives the sign-in up. Another process that waits for it then opens its own. */
  readonly signal?: AbortSignal | undefined;
  /** Separated by spaces, besides those that the session has. Default: what the server asks for. */
  readonly scope?: string | undefined;
}

export const SIGN_IN_OPTIONS: Readonly<Record<keyof SignInOptions, Kind>> = {
  signal: (value) =>
    unless(typeof Object(value).addEventListener === 'function', 'an AbortSignal', value),
  scope: (value) => unless(typeof value === 'string', 'a string', value),
};

/** A session that is there, and can be renewed. */
type LiveRecord = SessionRecord & { readonly tokens: TokenSet };

/**
 * Signs in, once for all who ask meanwhile: whoever gets the lock looks first whether somebody has signed in since it
 * asked, with the scopes that it wants. `scope` is wanted by the caller, `missing` by the server.
 */
export function createSignIn(
  settings: Settings,
  store: TokenStore,
  manager: TokenManager,
): (scope: string | undefined, missing: readonly string[], signal: AbortSignal) => Promise<void> {
  const lock: RefreshLock = store.lock ?? (memoryStore().lock as RefreshLock);

  const look = async (signal: AbortSignal): Promise<LiveRecord | undefined> => {
    const stored = await abortable(store.read(), signal);
    if (stored?.unreadable !== undefined) throw stored.unreadable;
    const record = stored?.value as SessionRecord | undefined;
    const isLive = record?.status === 'active' && record.dead?.gen !== record.gen;
    return isLive && record.tokens !== undefined ? (record as LiveRecord) : undefined;
  };

  return async (scope, missing, signal) => {
    signal.throwIfAborted();
    const wanted = wordsOf(scope, ...missing);
    const status = await manager.ready({ signal }); // an outage, a closed session, a store of another server
    const before = status === 'signedIn' ? (await look(signal))?.session : undefined;
    let granted = false;
    // Locks of stores are waited for without keeping the process alive, but somebody waits for this.
    const alive = setInterval(() => undefined, 2 ** 30);
    try {
      await lock.request(store.name + SIGN_IN, { signal }, async () => {
        granted = true;
        const now = await look(signal);
        const has = wordsOf(now?.tokens.scope);
        const isNew = now !== undefined && now.session !== before;
        if (isNew && wanted.every((one) => has.includes(one)))
          return manager.setSession(now.tokens);
        const found = await discover(settings, signal);
        const kept = wanted.length > 0 ? now?.tokens.scope : undefined;
        const asked = wordsOf(kept, scope ?? kept ?? found.scope, ...missing, found.offline);
        const tokens = await logIn(settings, found, asked.join(' '), signal);
        await manager.setSession(tokens).catch((error: unknown) => {
          if (!(error instanceof TypeError)) throw error;
          throw useless(`The answer to the login is of no use: ${error.message}`);
        });
      });
    } catch (error) {
      if (granted || signal.aborted) throw error;
      throw unavailable(`The lock of store "${store.name}" could not be had`);
    } finally {
      clearInterval(alive);
    }
  };
}
