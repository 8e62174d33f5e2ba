import type { ActiveRecord } from '../../src/session/store.ts';
import type { TokenResponse, TokenSet } from '../../src/tokens/tokens.ts';
import { testClock } from './clock.ts';
import { scriptedLock } from './scripted-lock.ts';
import { strictServer } from './server.ts';
import { testSession, type TestSessionOptions } from './session.ts';
import { sharedCell } from './shared-cell.ts';

/** A generation of session `s` that has expired. */
export const expired = (gen: number, tokens: Partial<TokenSet> = {}): ActiveRecord => ({
  v: 1,
  session: 's',
  gen,
  status: 'active',
  issuedAt: 0,
  turn: 1,
  tokens: { accessToken: `at-${gen}`, refreshToken: `rt-${gen}`, expiresAt: 1, ...tokens },
});

/** The same, good for an hour. */
export const fresh = (gen: number, now: number, tokens: Partial<TokenSet> = {}): ActiveRecord => ({
  ...expired(gen, { expiresAt: now + 3_600_000, ...tokens }),
  issuedAt: now,
});

/** Another session than `s`, later than that. */
export const another = (session: string, now: number): ActiveRecord => ({
  ...fresh(0, now),
  session,
  turn: now,
});

/** A manager on a cell that holds `stored`, with a lock and a token endpoint that do what the test says. */
export type RefreshStage = ReturnType<typeof refreshStage>;

/** `stored`: `undefined` there never was a session, and one can be had from nothing. */
export function refreshStage(
  stored: ActiveRecord | undefined,
  options: TestSessionOptions & { readonly subscribe?: boolean } = {},
) {
  const { subscribe = true, clock = testClock(), ...rest } = options;
  const cell = sharedCell(stored);
  const script = scriptedLock();
  const spent: (string | undefined)[] = [];
  const revoked: (string | undefined)[] = [];
  const outside = {
    answer: (): unknown => ({ access_token: 'new', refresh_token: 'rt-new', expires_in: 3600 }),
  };
  const call = async (current?: TokenSet): Promise<TokenResponse> => {
    spent.push(current?.refreshToken);
    return outside.answer() as TokenResponse;
  };
  const session = testSession({
    clock,
    store: cell.open({ subscribe, lock: script.lock }),
    server: { ...strictServer(), acquire: () => call() },
    refresh: call,
    from: stored === undefined ? 'both' : 'refresh',
    skewWindow: 0,
    waitTimeout: 200_000,
    revoke: async ({ refreshToken }: TokenSet) => revoked.push(refreshToken),
    ...rest,
  });
  return {
    ...session,
    cell,
    script,
    /** The refresh tokens that were sent. */
    spent,
    revoked,
    /** May be changed at any time. */
    outside,
    /** How each refresh has ended: with an error, or else. */
    ends: () =>
      session
        .ofType('refreshEnded')
        .map((event) => ('error' in event ? event.error.code : event.outcome)),
  };
}

/** As a server refuses a refresh token. */
export const refusal = (): Error =>
  Object.assign(new Error('Bad Request'), { status: 400, data: { error: 'invalid_grant' } });
