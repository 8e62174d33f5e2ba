/** The times a JWT carries (RFC 7519 section 4.1), in seconds. Read, never verified: that is the API's business. */
export interface JwtTimes {
  readonly exp?: number;
  readonly iat?: number;
}

/** The payload of `token` if it is a JWT that can be read, else nothing. Never throws. */
export function jwtPayload(token: string): Record<string, unknown> {
  try {
    const [, payload = ''] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? [];
    const found = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as unknown;
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {}; // not a JWT: an opaque token, whose expiry only a 401 tells
  }
}

/** The times in `token` if it is a JWT whose payload can be read, else nothing. Never throws. */
export function jwtTimes(token: string): JwtTimes {
  const { exp, iat } = jwtPayload(token);
  return { ...(typeof exp === 'number' && { exp }), ...(typeof iat === 'number' && { iat }) };
}
