// What the rules have in common: a session at the loopback server, and comparisons that say what was wrong.
import { createAuthFetch, type AuthFetch } from '@unexpired/fetch';
import {
  createTokenManager,
  type RefreshFunction,
  type TokenManager,
  type TokenManagerOptions,
  type TokenSet,
  tokenErrorOf,
} from 'unexpired';

/** Signed in, as an app is: what the rules act on. */
export interface Session {
  readonly tokens: TokenManager;
  readonly authFetch: AuthFetch;
  /** Calls of the refresh function. */
  refreshes(): number;
}

export type Options = Pick<TokenManagerOptions, 'store'> & {
  readonly expired?: boolean;
  readonly refresh?: RefreshFunction;
};

/** Somebody signs in; `expired`: the access token has to be refreshed before anything is sent. */
export async function signIn(origin: string, options: Options = {}): Promise<Session> {
  const issued = await newTokens(origin);
  const tokenSet = options.expired ? { ...issued, expiresAt: Date.now() - 1000 } : issued;
  return options.store
    ? open(origin, options, { store: options.store }, tokenSet)
    : open(origin, options, { tokens: tokenSet });
}

/** A manager on a store that others have filled, or are going to. */
export async function open(
  origin: string,
  options: Options,
  from: Pick<TokenManagerOptions, 'store'> | { readonly tokens: TokenSet },
  announced?: TokenSet,
): Promise<Session> {
  let calls = 0;
  const { refresh = redeemAt(origin) } = options;
  const tokens = createTokenManager({
    ...from,
    refresh(current, context) {
      calls++;
      return refresh(current, context);
    },
  });
  if (announced) await tokens.setSession(announced);
  return {
    tokens,
    authFetch: createAuthFetch(tokens, { origins: [origin] }),
    refreshes: () => calls,
  };
}

export async function newTokens(origin: string): Promise<TokenSet> {
  const answer = await fetch(`${origin}/sign-in`, { method: 'POST' });
  const { access_token, refresh_token } = (await answer.json()) as Record<string, string>;
  return {
    accessToken: String(access_token),
    refreshToken: String(refresh_token),
    expiresAt: Date.now() + 3_600_000,
  };
}

/** As a refresh function is written: the platform's fetch, and its `Response` as it is. */
export function redeemAt(origin: string): RefreshFunction {
  return ({ refreshToken }, { signal }) =>
    fetch(`${origin}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=refresh_token&refresh_token=${encodeURIComponent(String(refreshToken))}`,
      signal,
    });
}

/** Something that happens when the rule says so. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${what}: expected ${wanted}, got ${found}`);
}

/** The error, where there has to be one. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`${what}: expected an error, got ${typeof value}`);
}

/** The code of the `TokenError` that a promise rejects with. */
export async function codeOf(promise: Promise<unknown>, what: string): Promise<string | undefined> {
  return tokenErrorOf(await rejection(promise, what))?.code;
}
