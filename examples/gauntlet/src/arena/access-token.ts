// Some contenders read the time in the access token, so it is a JWT here: around the simulated server's own token.

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const HEADER = encode({ alg: 'none', typ: 'JWT' });

/** `issuedAt` in ms, `lifetime` in seconds. */
export function toJwt(token: string, issuedAt: number, lifetime: number): string {
  const iat = Math.floor(issuedAt / 1000);
  const claims = { sub: 'ada', role: 'authenticated', jti: token, iat, exp: iat + lifetime };
  return `${HEADER}.${encode(claims)}.c2lnbmF0dXJl`;
}

/** The simulated server's token in the header of a request at `now`; `undefined`: there is none, or its time is over. */
export function tokenIn(authorization: string | undefined, now: number): string | undefined {
  const payload = /^bearer [^.]+\.([^.]+)\./i.exec(authorization ?? '')?.[1];
  if (payload === undefined) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  return claims.exp * 1000 > now ? claims.jti : undefined;
}

interface Claims {
  readonly jti: string;
  /** Seconds since the epoch (RFC 7519 section 4.1.4). */
  readonly exp: number;
}
