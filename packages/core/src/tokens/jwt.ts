/** The times a JWT carries (RFC 7519 section 4.1), in seconds. Read, never verified: that is the API's business. */
export interface JwtTimes {
  readonly exp?: number;
  readonly iat?: number;
}

/** The claims of `token` if it is a JWT whose payload can be read, else none. Never throws. */
export function jwtClaims(token: unknown): Readonly<Record<string, unknown>> {
  try {
    // "e30" is {}: most tokens that are asked are opaque, and an error that is thrown and caught costs time.
    const [, payload = 'e30'] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token as string) ?? [];
    const claims: unknown = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
    return (claims ?? {}) as Record<string, unknown>; // of a number or a text no claim can be read either
  } catch {
    return {}; // not a JWT: an opaque token, whose expiry only a 401 tells
  }
}

/** The times in `token` if it is a JWT, else nothing. Never throws. */
export function jwtTimes(token: unknown): JwtTimes {
  const { exp, iat } = jwtClaims(token);
  return { ...(typeof exp === 'number' && { exp }), ...(typeof iat === 'number' && { iat }) };
}
