import { check, checkAll, isFunction, isObject } from '../errors/check-value.ts';
import { ignoreRejection } from '../tokens/ignore-rejection.ts';
import { acceptCookies } from '../refresh/cookie-answer.ts';
import type { HttpAnswer, RefreshContext } from '../session/functions.ts';
import type { RefreshLock } from '../session/lock.ts';
import type { TokenStore } from '../session/store.ts';
import { systemClock } from '../time/clock.ts';
import { readExpiry } from '../tokens/read-expiry.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { managerOf } from './manager.ts';
import type { TokenManager } from './token-manager.ts';
import { isStore, SESSION_OPTIONS, type SessionOptions } from './options.ts';

/** What {@link cookieSession} takes. */
export type CookieSessionOptions = SessionOptions & {
  /**
   * Has the server set new cookies. Return its whole answer, whatever the status, and nothing else (ERR_REFRESH_ANSWER): a
   * forgotten one, or its JSON alone, would make a success of a refusal. Only the expiry is taken from it, where it names one.
   */
  readonly refresh: (context: RefreshContext) => Promise<HttpAnswer>;
  /**
   * `browserStore()`: all tabs make one refresh, and hear of a sign-out. It keeps when the cookies expire, nothing secret.
   * Default: this page alone, under `navigator.locks` where there is one.
   */
  readonly store?: TokenStore | undefined;
  /**
   * Whose cookies these are, by the body of the refresh's answer. Without it another user of the same browser cannot be
   * told from this one, and a request may be replayed as theirs.
   */
  readonly subject?: ((body: unknown) => string | number | undefined) | undefined;
};

/** What is known of cookies that a login has set. */
export interface CookieLifetime {
  /** Ms since the epoch. */
  readonly expiresAt?: number | undefined;
  /** Seconds. */
  readonly expires_in?: number | string | undefined;
}

/** A session whose tokens JavaScript cannot see. */
export interface CookieSession extends Omit<TokenManager, 'setSession'> {
  /**
   * After the login request, whose answer set the cookies. Takes its JSON, too: of that the expiry is read, and no token is
   * kept. Rejects with a `TypeError` for an expiry that cannot be what it says.
   */
  setSession(
    login?: CookieLifetime & { readonly subject?: string | number | undefined },
  ): Promise<void>;
}

/**
 * A session in HttpOnly cookies: adapters add nothing to requests, hold them back while it is refreshed, and repair a 401
 * with one refresh for all. With an empty store the first request, or `ready()`, makes one refresh, which says whether
 * anybody is signed in.
 *
 * @throws TypeError that names the option that is wrong.
 *
 * @example
 * ```ts
 * import { cookieSession } from 'unexpired';
 *
 * const session = cookieSession({
 *   refresh: ({ signal }) => fetch('/auth/refresh', { method: 'POST', signal }),
 *   subject: (body) => (body as { userId?: string }).userId,
 * });
 * ```
 */
export function cookieSession(options: CookieSessionOptions): CookieSession {
  checkAll('cookieSession', options, {
    refresh: isFunction,
    store: isStore,
    subject: isFunction,
    ...SESSION_OPTIONS,
  });
  const { refresh, subject, store, ...session } = options;
  const { clock = systemClock, random = Math.random } = options;
  check('refresh', refresh, isFunction);
  const made = {
    ...session,
    store,
    acquire: refresh,
    subject: ({ extra }: TokenSet) => extra?.['subject'] as Subject,
  };

  /** Stands in the place of a token. Random, so that each refresh is another generation; never sent. */
  const marker = (expiresAt: number | undefined, whose: Subject): TokenSet => ({
    accessToken: `cookie-${random().toString(36).slice(2)}${random().toString(36).slice(2)}`,
    tokenType: 'cookie',
    ...(expiresAt !== undefined && { expiresAt }),
    extra: whose === undefined ? {} : { subject: whose },
  });

  const { manager } = managerOf(made, {
    accept: acceptCookies(({ expiresAt, body }) => marker(expiresAt, subjectOf(subject, body))),
    lock: pageLock(),
  });
  return Object.assign(Object.create(manager) as TokenManager, {
    async setSession(login: Parameters<CookieSession['setSession']>[0] = {}) {
      check('setSession', login, isObject);
      const { expiresAt, problem } = readExpiry({ ...login }, undefined, clock.now(), 'given');
      if (problem !== undefined) throw new TypeError(`setSession: ${problem}`);
      await manager.setSession(marker(expiresAt, login.subject));
    },
  });
}

type Subject = string | number | undefined;

function subjectOf(subject: CookieSessionOptions['subject'], body: unknown): Subject {
  try {
    return ignoreRejection(subject?.(body));
  } catch {
    return undefined; // a body without what is looked for says nothing
  }
}

/** The lock of all pages of this origin, which share the cookies; `undefined`: there is none here. */
function pageLock(): RefreshLock | undefined {
  const { navigator, indexedDB } = globalThis as {
    navigator?: { locks?: RefreshLock };
    indexedDB?: unknown;
  };
  // In Node and Deno they keep no other process out.
  return indexedDB === undefined ? undefined : navigator?.locks;
}
