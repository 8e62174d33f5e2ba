/** The times a JWT carries (RFC 7519 section 4.1), in seconds. Read, never verified: that is the API's business. */
export interface JwtTimes {
  readonly exp?: number;
  readonly iat?: number;
}

/** The times in `token` if it is a JWT whose payload can be read, else nothing. Never throws. */
export function jwtTimes(token: string): JwtTimes {
  try {
    const [, payload = ''] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? [];
    const { exp, iat } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as Record<
      string,
      unknown
    >;
    return { ...(typeof exp === 'number' && { exp }), ...(typeof iat === 'number' && { iat }) };
  } catch {
    return {}; // not a JWT: an opaque token, whose expiry only a 401 tells
  }
}
