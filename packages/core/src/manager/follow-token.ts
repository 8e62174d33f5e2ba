import { check, hasMethods, isFunction } from '../errors/check-value.ts';
import { tokenErrorOf } from '../errors/errors.ts';
import type { TokenEvent } from '../session/events.ts';
import { systemClock } from '../time/clock.ts';
import type { AccessToken, IssuedToken } from '../tokens/tokens.ts';
import { callListener } from './call-listener.ts';
import type { TokenManager } from './token-manager.ts';

/** Ms before its expiry that a token is replaced, and at most a tenth of what it has left. */
const AHEAD = 30_000;
/** Ms after which a token that could not be had is asked for again. */
const AGAIN = 5000;

/** Ms after which a token is looked at again, since timers stand still while a machine sleeps. */
const LOOK_EVERY = 60_000;

/** What changes the token that is to be used. */
const MOVES: ReadonlySet<TokenEvent['type']> = new Set<TokenEvent['type']>([
  ...(['ready', 'signedIn', 'signedOut', 'refreshed', 'sessionEnded'] as const),
]);

/**
 * Calls `use` with a good token now and with each one that follows, refreshed before the old one expires, or within a minute of
 * waking up where the machine slept through that; with `undefined` when nobody is signed in. For connections that outlive a
 * token: WebSockets, server-sent events, subscriptions. A token that cannot be had now is asked for again; `use` is not called
 * for that. Returns stop; ends by itself with its session's `close()`. Holds no process.
 *
 * @throws TypeError for what is not a session, and for a `use` that is no function.
 *
 * @example
 * ```ts
 * import { followToken, type TokenManager } from 'unexpired';
 *
 * const keepSignedIn = (tokens: TokenManager, socket: { send(text: string): void }) =>
 *   followToken(tokens, (token) => socket.send(JSON.stringify({ type: 'auth', token: token?.accessToken ?? null })));
 * ```
 */
export function followToken(
  tokens: Pick<TokenManager, 'getToken' | 'subscribe'>,
  use: (token: AccessToken | undefined) => void,
): () => void {
  check('followToken: tokens', tokens, (value) => hasMethods(value, 'getToken', 'subscribe'));
  check('followToken: use', use, isFunction);
  let stopped = false;
  let told = false;
  let latest: string | undefined;
  /** Of the latest token. */
  let ahead = 0;
  let cancel = (): void => undefined;

  const after = (delay: number, validFor: number): void => {
    cancel();
    cancel = systemClock.setTimeout(() => look(validFor), Math.max(0, delay), true);
  };
  const found = (token: IssuedToken | undefined): void => {
    if (stopped) return;
    cancel();
    if (token?.expiresAt !== undefined) {
      const left = token.expiresAt - systemClock.now();
      if (token.accessToken !== latest) ahead = Math.min(AHEAD, left / 10);
      if (left > 0) after(Math.min(left - ahead, LOOK_EVERY), ahead + 1);
      else after(AGAIN, 0);
    }
    if (told && token?.accessToken === latest) return;
    told = true;
    latest = token?.accessToken;
    callListener(() => use(token));
  };
  const missed = (error: unknown): void => {
    const { code, retryAfter = 0 } = tokenErrorOf(error) ?? {};
    if (!stopped && code !== 'ERR_CLOSED') after(Math.max(AGAIN, retryAfter), 0);
  };
  let asked = 0;
  const look = (validFor = 0): void => {
    const number = ++asked;
    const ifLatest =
      <T>(then: (answer: T) => void) =>
      (answer: T) => {
        if (number === asked) then(answer);
      };
    tokens.getToken({ validFor }).then(ifLatest(found), ifLatest(missed));
  };

  const unsubscribe = tokens.subscribe(({ type }) => {
    if (MOVES.has(type)) look();
  });
  look();
  return () => {
    stopped = true;
    cancel();
    unsubscribe();
  };
}
