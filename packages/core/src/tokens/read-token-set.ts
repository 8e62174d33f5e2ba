import { describeToken, isTokenText } from './token-syntax.ts';
import type { TokenSet } from './tokens.ts';
import { jwtTimes } from './jwt.ts';

/** What could be made of a token set that came from outside. */
export interface TokenReading {
  /** Everything usable; `accessToken` is missing where `problem` is about it. */
  readonly tokens: Partial<TokenSet>;
  /** What is wrong, without quoting any value; `undefined`: nothing. */
  readonly problem: string | undefined;
}

/**
 * A moment in ms since the epoch is later than this (March 1973); in seconds it stays below until the year 5138.
 * Unless the clock itself stands before it, as in tests.
 */
const EARLIEST_MS = 1e11;
/** In either spelling, so that a refresh token is never taken for something that readers of the session may see. */
const KNOWN_MEMBERS = new Set([
  ...['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope'],
  ...['accessToken', 'tokenType', 'expiresAt', 'refreshToken'],
]);

/**
 * Reads a token set or a token endpoint's answer (RFC 6749 section 5.1), or a mixture of the two: a new refresh token
 * that is overlooked for its spelling is a session lost at the next refresh. A lifetime counts from `startedAt`, when the
 * call for it began. `issuedNow`: the tokens are the answer to that call, so a JWT's lifetime (`exp` - `iat`) counts
 * from there too, whatever the difference between the two clocks.
 */
export function readTokenSet(value: unknown, startedAt: number, issuedNow: boolean): TokenReading {
  if (typeof value !== 'object' || value === null)
    return {
      tokens: {},
      problem: `expected a token set or a token response, got ${value === null ? 'null' : typeof value}`,
    };
  const raw = value as Record<string, unknown>;
  const isResponse =
    raw['accessToken'] === undefined &&
    (raw['access_token'] !== undefined || raw['refresh_token'] !== undefined);
  const spelling = (camel: string, snake: string): string =>
    raw[camel] == null && raw[snake] != null ? snake : camel;
  const accessKey = spelling('accessToken', 'access_token');
  const refreshKey = spelling('refreshToken', 'refresh_token');
  const typeKey = spelling('tokenType', 'token_type');
  const tokens: { -readonly [K in keyof TokenSet]?: TokenSet[K] } = {};
  let problem: string | undefined;

  const accessToken = raw[accessKey];
  if (isTokenText(accessToken)) tokens.accessToken = accessToken;
  else problem = accessToken === undefined ? missing(raw) : notToken(accessKey, accessToken);

  const refreshToken = raw[refreshKey];
  if (isTokenText(refreshToken)) tokens.refreshToken = refreshToken;
  else if (refreshToken != null) problem ??= notToken(refreshKey, refreshToken);

  const tokenType = raw[typeKey];
  if (typeof tokenType === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(tokenType))
    tokens.tokenType = tokenType;
  else if (tokenType != null)
    problem ??= `${typeKey} must name an authentication scheme, such as "Bearer"`;

  const expiry =
    raw['expiresAt'] == null
      ? expiresIn(raw['expires_in'], startedAt)
      : expiresAt(raw['expiresAt'], startedAt);
  if (typeof expiry === 'string') problem ??= expiry;
  else {
    const found =
      expiry ??
      (tokens.accessToken === undefined
        ? undefined
        : jwtExpiry(tokens.accessToken, startedAt, issuedNow));
    if (found !== undefined) tokens.expiresAt = found;
    // In a token response it is a member that nobody knows, and ignored (RFC 6749 section 5.1).
    else if (raw['accessToken'] != null && raw['expiresIn'] != null)
      problem ??=
        'expiresIn is ms to some and seconds to others; give expires_in (seconds), or expiresAt (ms since the epoch)';
  }

  if (typeof raw['scope'] === 'string') tokens.scope = raw['scope'];
  else if (raw['scope'] != null) problem ??= `scope must be a string, got ${typeof raw['scope']}`;

  const extra = isResponse
    ? Object.fromEntries(
        Object.entries(raw).filter(([key]) => !KNOWN_MEMBERS.has(key) && key !== '__proto__'),
      )
    : raw['extra'];
  if (typeof extra === 'object' && extra !== null) {
    if (Object.keys(extra).length > 0) tokens.extra = extra as Record<string, unknown>;
  } else if (extra != null) problem ??= `extra must be an object, got ${typeof extra}`;
  return { tokens, problem };
}

const notToken = (key: string, value: unknown): string =>
  `${key} must be visible ASCII characters without spaces, got ${describeToken(value)}`;

function missing(raw: Record<string, unknown>): string {
  const nested =
    'data' in raw && typeof raw['data'] === 'object'
      ? ': this looks like an axios response, return its `data`'
      : typeof raw['json'] === 'function'
        ? ': this looks like a Response, return `await response.json()`'
        : typeof raw['then'] === 'function'
          ? ': this looks like a promise, await it'
          : '';
  return `accessToken (or access_token) is missing${nested}`;
}

function expiresIn(value: unknown, startedAt: number): number | string | undefined {
  if (value == null) return undefined;
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds))
    return 'expires_in must be a number of seconds';
  return seconds <= 0 ? 0 : startedAt + seconds * 1000;
}

function expiresAt(value: unknown, startedAt: number): number | string {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    const date =
      typeof value === 'string' || value instanceof Date ? new Date(value).getTime() : Number.NaN;
    const better = Number.isNaN(date) ? '' : '; did you mean new Date(expiresAt).getTime()?';
    return `expiresAt must be a number of ms since the epoch, got ${typeof value === 'number' ? 'NaN' : typeof value}${better}`;
  }
  if (value > 0 && value < EARLIEST_MS && startedAt >= EARLIEST_MS)
    return `expiresAt is ${value}: are these seconds? Ms since the epoch are expected; did you mean ${value * 1000}?`;
  return Math.max(0, value);
}

function jwtExpiry(token: string, startedAt: number, issuedNow: boolean): number | undefined {
  const { exp, iat } = jwtTimes(token);
  if (exp === undefined) return undefined;
  return issuedNow && iat !== undefined && exp > iat ? startedAt + (exp - iat) * 1000 : exp * 1000;
}

/** A whole token set, or a `TypeError` that says what was wrong with the one given to `where`. */
export function requireTokenSet(value: unknown, startedAt: number, where: string): TokenSet {
  const { tokens, problem } = readTokenSet(value, startedAt, false);
  if (problem !== undefined || tokens.accessToken === undefined)
    throw new TypeError(`${where}: ${problem}`);
  return { ...tokens, accessToken: tokens.accessToken };
}
