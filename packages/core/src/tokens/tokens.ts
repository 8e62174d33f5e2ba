/** What may be sent to an API, and what a reader of the session gets. Never a refresh token. */
export interface AccessToken {
  readonly accessToken: string;
  /** Default `Bearer`. */
  readonly tokenType?: string | undefined;
  /** Ms since the epoch. Default: the `exp` of a JWT; else unknown, and only a 401 tells. */
  readonly expiresAt?: number | undefined;
  readonly scope?: string | undefined;
  /** Anything else of this session (id token, tenant, instance URL). JSON. Kept when a refresh leaves it out. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** A token as a manager gives it. Both members may travel where the token itself should not: to a broker, into an event. */
export interface IssuedToken extends AccessToken {
  /** Random id of the sign-in. */
  readonly session: string;
  /** +1 for every rotation within the session. */
  readonly generation: number;
}

/** What one sign-in yields. Left out of a refresh's answer, `refreshToken`, `scope` and `extra` are kept. */
export interface TokenSet extends AccessToken {
  readonly refreshToken?: string | undefined;
}

/** A token endpoint's answer as it comes (RFC 6749 section 5.1); accepted wherever a {@link TokenSet} is. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type?: string | undefined;
  /** Seconds, counted from when the call began. */
  readonly expires_in?: number | string | undefined;
  readonly refresh_token?: string | undefined;
  readonly scope?: string | undefined;
}
