import { EXPIRY_MEMBERS, type Origin, readExpiry } from './read-expiry.ts';
import { readMembers } from './read-members.ts';
import { describeToken, HTTP_TOKEN, isTokenText } from './token-syntax.ts';
import type { TokenSet } from './tokens.ts';

/** What could be made of a token set that came from outside. */
export interface TokenReading {
  /** Everything usable, as JSON can hold it; `accessToken` is missing where `problem` is about it. */
  readonly tokens: Partial<TokenSet>;
  /** What is wrong, without quoting any value; `undefined`: nothing. */
  readonly problem: string | undefined;
  /** A member that looks like an expiry and is not understood; `undefined`: there is none. */
  readonly warning?: string | undefined;
  /** The expiry is a moment on the server's clock, and nothing else tells the lifetime. */
  readonly absoluteOnly?: boolean | undefined;
}

/** What is read by name, in either spelling: what fits, and what is said of what does not. */
const FIELDS = [
  ['accessToken', 'access_token', isTokenText, 'visible ASCII without spaces'],
  ['refreshToken', 'refresh_token', isTokenText, 'visible ASCII without spaces'],
  [
    'tokenType',
    'token_type',
    (value: unknown): value is string => typeof value === 'string' && HTTP_TOKEN.test(value),
    'an authentication scheme such as "Bearer"',
  ],
  ['scope', 'scope', (value: unknown): value is string => typeof value === 'string', 'a string'],
] as const;
/** Inherited getters of client libraries included. */
const MEMBERS = [
  ...['access_token', 'token_type', 'refresh_token', 'scope'],
  ...['accessToken', 'tokenType', 'refreshToken', 'extra'],
  ...EXPIRY_MEMBERS,
];
/** What is no member of `extra`. A token in somebody's own spelling is none that readers of the session may see. */
const isExtra = (key: string): boolean =>
  !MEMBERS.includes(key) && !/^(?:access|refresh)[_-]?token$/i.test(key) && key !== '__proto__';

/**
 * Reads a token set or a token endpoint's answer (RFC 6749 section 5.1), or a mixture of the two: a new refresh token
 * that is overlooked for its spelling is a session lost at the next refresh. A lifetime counts from `startedAt`, when the
 * call for it began; in what is `stored`, from a moment that stands beside it, or not at all. What comes out is plain
 * JSON, and reads back as it is.
 *
 * People spread the answer over what they were given: of a member in both spellings the later one counts, and what `expiresAt`
 * was `before` is not the expiry of another token.
 */
export function readTokenSet(
  value: unknown,
  startedAt: number,
  origin: Origin,
  before?: TokenSet,
): TokenReading {
  if (typeof value !== 'object' || value === null)
    return {
      tokens: {},
      problem: `expected a token set or a token response, got ${value === null ? 'null' : typeof value}`,
    };
  const { raw, keys, unreadable } = copyOf(value);
  const isResponse =
    raw['accessToken'] === undefined &&
    (raw['access_token'] !== undefined || raw['refresh_token'] !== undefined);
  const tokens: { -readonly [K in keyof TokenSet]?: TokenSet[K] } = {};
  let problem = unreadable ? 'a getter of it throws' : undefined;
  for (const [name, snake, fits, expected] of FIELDS) {
    const isLater = keys.indexOf(snake) > keys.indexOf(name);
    const key = raw[snake] != null && (raw[name] == null || isLater) ? snake : name;
    const found = raw[key];
    if (fits(found)) tokens[name] = found;
    else if (name === 'accessToken' && found === undefined) problem ??= missing(value);
    else if (found != null || name === 'accessToken')
      problem ??= `${key}: expected ${expected}, got ${describeToken(found)}`;
  }

  if (before?.accessToken !== tokens.accessToken && before?.expiresAt === raw['expiresAt'])
    raw['expiresAt'] = undefined;
  const expiry = readExpiry(raw, tokens.accessToken, startedAt, origin);
  if (expiry.expiresAt !== undefined) tokens.expiresAt = expiry.expiresAt;
  const { extra, fault } = readExtra(raw, isResponse);
  if (extra !== undefined) tokens.extra = extra;
  return {
    tokens,
    problem: problem ?? expiry.problem ?? fault,
    ...(expiry.warning !== undefined && { warning: expiry.warning }),
    ...(expiry.absoluteOnly === true && { absoluteOnly: true }),
  };
}

/** Every member once. One that cannot be read is no reason to lose the others, unless it is a token. */
function copyOf(value: object): {
  raw: Record<string, unknown>;
  keys: readonly string[];
  unreadable: boolean;
} {
  const { of, unreadable } = readMembers(value, MEMBERS);
  let keys: string[] = [];
  try {
    keys = Object.keys(value);
  } catch {
    return { raw: of, keys, unreadable: true };
  }
  const others = readMembers(
    value,
    keys.filter((key) => isExtra(key)),
  );
  return { raw: { ...others.of, ...of }, keys, unreadable };
}

/** `extra`, and the members that no name was found for. */
function readExtra(
  raw: Readonly<Record<string, unknown>>,
  isResponse: boolean,
): { extra?: Record<string, unknown>; fault?: string } {
  const extra: Record<string, unknown> = {};
  const names = Object.keys(raw).filter((key) => isExtra(key) || (isResponse && key === 'extra'));
  for (const key of names) {
    const kept = plain(raw[key]);
    if (kept !== undefined) extra[key] = kept;
  }
  const own = isResponse ? undefined : raw['extra'];
  const kept = own == null ? {} : plain(own);
  if (typeof kept !== 'object' || kept === null || (Array.isArray(kept) && kept.length > 0))
    return { fault: `extra: expected an object that JSON can hold, got ${describeToken(own)}` };
  Object.assign(extra, kept);
  return Object.keys(extra).length > 0 ? { extra } : {};
}

/** As JSON has it; `undefined`: JSON cannot hold it. */
function plain(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value), (key, member: unknown) =>
      key === '__proto__' ? undefined : member,
    );
  } catch {
    return undefined; // a cycle, a BigInt, a getter that throws, a function
  }
}

function missing(value: object): string {
  const { data, json, then } = readMembers(value, ['data', 'json', 'then']).of;
  const isAnswer = (typeof data === 'object' && data !== null) || typeof json === 'function';
  return `accessToken (or access_token) is missing${
    typeof then === 'function'
      ? ': await this promise'
      : isAnswer
        ? ': give the JSON of this answer'
        : ''
  }`;
}

/** A whole token set, or a `TypeError` that says what was wrong with the one given to `where`. */
export function requireTokenSet(value: unknown, startedAt: number, where: string): TokenSet {
  const { tokens, problem } = readTokenSet(value, startedAt, 'given');
  if (problem !== undefined || tokens.accessToken === undefined)
    throw new TypeError(`${where}: ${problem}`);
  return { ...tokens, accessToken: tokens.accessToken };
}
