import type { TokenResponse } from 'unexpired';

/**
 * What the server does with refresh tokens.
 *
 * - `neverRotates`: a refresh token stays good.
 * - `grace`: it rotates; the one before is accepted for a while, and yields the current one (Supabase, Xero, Okta).
 * - `rejects`: it rotates; an old one is refused, the session lives on.
 * - `revokes`: it rotates; an old one is taken for stolen, and the whole session is revoked (RFC 9700 section 4.14.2).
 */
export type RotationMode = 'neverRotates' | 'grace' | 'rejects' | 'revokes';

/** What the server would make of a refresh token now. */
export type RefreshTokenStatus = 'current' | 'grace' | 'spent' | 'revoked' | 'unknown';

/** What became of a redemption. `session` is the server's name for the sign-in, where the token belongs to one. */
export type Redemption =
  | {
      readonly type: 'rotated' | 'renewed' | 'grace';
      readonly session: string;
      readonly answer: TokenResponse;
    }
  | {
      readonly type: 'reused';
      readonly session: string /** Is it over now, because of this? */;
      readonly revoked: boolean;
    }
  | { readonly type: 'revoked'; readonly session: string }
  | { readonly type: 'unknown'; readonly session: undefined };

export interface GrantRules {
  readonly mode: RotationMode;
  /** Ms. */
  readonly accessTokenLifetime: number;
  /** Ms, with `grace`. */
  readonly graceWindow: number;
  /** Does a rotation end the access tokens of before? */
  readonly singleAccessToken: boolean;
  /** Starts every token, so that two servers share none. */
  readonly name: string;
  /** Ms since the epoch. */
  readonly now: () => number;
}

interface Session {
  readonly id: string;
  readonly access: Set<string>;
  current: string;
  rotations: number;
  over: boolean;
}

/** Sessions, tokens, and the rules by which they live. No effects, no waiting: a call is the moment of commitment. */
export interface Grants {
  login(): { readonly session: string; readonly answer: TokenResponse };
  redeem(refreshToken: string): Redemption;
  /** For the client itself: an access token, and no session. */
  acquire(): TokenResponse;
  /** RFC 7009: a refresh token takes its session with it. The session's name, if it was of one. */
  revoke(token: string): string | undefined;
  endSession(session: string): void;
  endAccessTokens(): void;
  isLive(accessToken: string): boolean;
  statusOf(refreshToken: string): RefreshTokenStatus;
}

export function createGrants({
  mode,
  accessTokenLifetime,
  graceWindow,
  singleAccessToken,
  name,
  now,
}: GrantRules): Grants {
  const sessions = new Map<string, Session>();
  const refreshTokens = new Map<
    string,
    { readonly session: Session; spentAt?: number; successor?: string }
  >();
  const accessTokens = new Map<string, { readonly expiresAt: number }>();
  let issued = 0;

  const newAccessToken = (session: Session | undefined): TokenResponse => {
    const token = `${name}.access.${++issued}`;
    accessTokens.set(token, { expiresAt: now() + accessTokenLifetime });
    session?.access.add(token);
    return { access_token: token, token_type: 'Bearer', expires_in: accessTokenLifetime / 1000 };
  };
  const newRefreshToken = (session: Session): string => {
    const token = `${name}.refresh.${session.id}.${session.rotations}`;
    refreshTokens.set(token, { session });
    session.current = token;
    return token;
  };
  const endAccess = (session: Session): void => {
    for (const token of session.access) accessTokens.delete(token);
    session.access.clear();
  };
  const end = (session: Session): void => {
    session.over = true;
    endAccess(session);
  };

  const statusOf = (refreshToken: string): RefreshTokenStatus => {
    const known = refreshTokens.get(refreshToken);
    if (known === undefined) return 'unknown';
    if (known.session.over) return 'revoked';
    if (known.spentAt === undefined) return 'current';
    const graced =
      mode === 'grace' &&
      known.successor === known.session.current &&
      now() - known.spentAt <= graceWindow;
    return graced ? 'grace' : 'spent';
  };

  return {
    login() {
      const session: Session = {
        id: `s${sessions.size + 1}`,
        access: new Set(),
        current: '',
        rotations: 0,
        over: false,
      };
      sessions.set(session.id, session);
      return {
        session: session.id,
        answer: { ...newAccessToken(session), refresh_token: newRefreshToken(session) },
      };
    },
    redeem(refreshToken) {
      const known = refreshTokens.get(refreshToken);
      const status = statusOf(refreshToken);
      if (known === undefined || status === 'unknown')
        return { type: 'unknown', session: undefined };
      const { session } = known;
      if (status === 'revoked') return { type: 'revoked', session: session.id };
      if (status === 'spent') {
        // A grace window that is over is as strict as no window: that is what the providers that have one do.
        const revoked = mode !== 'rejects';
        if (revoked) end(session);
        return { type: 'reused', session: session.id, revoked };
      }
      if (singleAccessToken) endAccess(session);
      if (status === 'grace')
        return {
          type: 'grace',
          session: session.id,
          answer: { ...newAccessToken(session), refresh_token: session.current },
        };
      if (mode === 'neverRotates')
        return { type: 'renewed', session: session.id, answer: newAccessToken(session) };
      session.rotations++;
      known.spentAt = now();
      known.successor = newRefreshToken(session);
      return {
        type: 'rotated',
        session: session.id,
        answer: { ...newAccessToken(session), refresh_token: known.successor },
      };
    },
    acquire: () => newAccessToken(undefined),
    revoke(token) {
      const session = refreshTokens.get(token)?.session;
      if (session === undefined) accessTokens.delete(token);
      else end(session);
      return session?.id;
    },
    endSession(id) {
      const session = sessions.get(id);
      if (session === undefined) throw new TypeError(`endSession: there is no session ${id}`);
      end(session);
    },
    endAccessTokens: () => accessTokens.clear(),
    isLive: (accessToken) => (accessTokens.get(accessToken)?.expiresAt ?? 0) > now(),
    statusOf,
  };
}
