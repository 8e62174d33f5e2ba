import { randomUUID } from 'node:crypto';

/** What the back end counts. */
export interface Seen {
  /** Sessions that were begun. */
  opened: number;
  refreshes: number;
  /** Refresh tokens that came a second time. */
  reused: number;
  served: number;
  refused: number;
}

export interface Issued {
  readonly user: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

interface Session {
  readonly user: string;
  live: string;
  /** How many requests the access token is still good for. */
  left: number;
  ended: boolean;
}

/** Sessions of single-use refresh tokens: whoever brings a spent one ends its session. A new access token ends the one before. */
export function sessions(firstServes = Infinity) {
  const seen: Seen = { opened: 0, refreshes: 0, reused: 0, served: 0, refused: 0 };
  const refreshTokens = new Map<unknown, { readonly session: Session; spent: boolean }>();
  const accessTokens = new Map<unknown, Session>();

  const issue = (session: Session): Issued => {
    const refresh_token = randomUUID();
    session.live = randomUUID();
    refreshTokens.set(refresh_token, { session, spent: false });
    accessTokens.set(session.live, session);
    return { user: session.user, access_token: session.live, refresh_token, expires_in: 3600 };
  };

  return {
    seen,
    open(user: string): Issued {
      seen.opened++;
      return issue({ user, live: '', left: firstServes, ended: false });
    },
    redeem(token: unknown): Issued | undefined {
      const found = refreshTokens.get(token);
      if (!found || found.session.ended) return undefined;
      if (found.spent) {
        seen.reused++;
        found.session.ended = true;
        return undefined;
      }
      seen.refreshes++;
      found.spent = true;
      found.session.left = Infinity;
      return issue(found.session);
    },
    /** The user whose token that is, if it is good. */
    serve(token: unknown): string | undefined {
      const session = accessTokens.get(token);
      if (!session || session.live !== token || session.ended || session.left <= 0) {
        seen.refused++;
        return undefined;
      }
      seen.served++;
      session.left--;
      return session.user;
    },
  };
}
