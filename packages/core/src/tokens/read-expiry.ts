import { jwtTimes } from './jwt.ts';

/**
 * Where a token set comes from. `answer`: it is the answer to a call that began at `startedAt`. `given`: somebody signs
 * in with it. `stored`: it has been lying there, nobody knows for how long.
 */
export type Origin = 'answer' | 'given' | 'stored';

/** When tokens expire, as far as that could be read. */
export interface ExpiryReading {
  /** Ms since the epoch. */
  readonly expiresAt?: number | undefined;
  /** A member of ours that cannot be what it says. */
  readonly problem?: string | undefined;
  /** A member that looks like an expiry and is not understood. */
  readonly warning?: string | undefined;
  /** Known by a moment on the server's clock alone, so a wrong clock here makes it wrong. */
  readonly absoluteOnly?: boolean | undefined;
}

/** A moment in ms since the epoch is later than this (March 1973); in seconds it stays below until the year 5138. */
const EARLIEST_MS = 1e11;
/** The last moment that a `Date` knows. JSON has no `Infinity`. */
const LATEST_MS = 8.64e15;
/** Seconds; fewer name no moment in our lifetime, so they are a lifetime. */
const EARLIEST_SECONDS = 1e8;
/** Nobody knows whether this is a lifetime of 11 days in seconds, or one of 16 minutes in ms. */
const LONGEST_EXPIRES_IN = 1e6;

/** Moments, by the names that servers and client libraries give them: seconds, ms above 1e11, or a text. */
const MOMENTS = [
  ...['expires_at', 'expires_on', 'expiresOn', 'expires', 'expiry_date', 'expiryDate'],
  ...['expiry', 'expiration', 'expirationTime'],
];
/** When a lifetime began. */
const BEGINNINGS = [
  'issued_at',
  'issuedAt',
  'created_at',
  'createdAt',
  'obtained_at',
  'obtainedAt',
];
/** Every member that is read here. */
export const EXPIRY_MEMBERS: readonly string[] = [
  'expiresAt',
  'expires_in',
  'expiresIn',
  ...MOMENTS,
];

/** Reads the expiry of the token set `raw`. A lifetime counts from `startedAt`, when the call for it began. */
export function readExpiry(
  raw: Readonly<Record<string, unknown>>,
  accessToken: string | undefined,
  startedAt: number,
  origin: Origin,
): ExpiryReading {
  const from = origin === 'stored' ? momentIn(raw, BEGINNINGS) : startedAt;
  const seconds = raw['expires_in'] == null ? undefined : secondsOf(raw['expires_in']);
  if (seconds !== undefined && Number.isNaN(seconds) && origin !== 'stored')
    return { problem: 'expires_in: expected seconds' };
  const own = raw['expiresAt'] == null ? undefined : ownMoment(raw['expiresAt'], startedAt);
  if (typeof own === 'string') return { problem: own };

  const { exp, iat = exp } = jwtTimes(accessToken);
  const after = (lifetime: number | undefined): number | undefined => {
    if (lifetime === undefined || Number.isNaN(lifetime)) return undefined;
    if (lifetime <= 0) return 0; // it has ended whenever it began
    return from === undefined ? undefined : from + lifetime * 1000;
  };
  const jwtLifetime = origin === 'answer' ? Number(exp) - Number(iat) : 0;
  const relative = after(seconds) ?? (jwtLifetime > 0 ? after(jwtLifetime) : undefined);
  const named =
    own ?? (seconds === undefined || relative === undefined ? momentIn(raw, MOMENTS) : undefined);
  // A moment that has passed on arrival was told by a clock that differs from ours; a lifetime does not depend on clocks.
  const hasPassed = origin === 'answer' && (named ?? Infinity) <= startedAt;
  const absolute = hasPassed && relative !== undefined ? undefined : named;
  const found = absolute ?? relative ?? (exp === undefined ? undefined : exp * 1000);
  if (found !== undefined)
    return {
      expiresAt: settled(found, startedAt),
      absoluteOnly: relative === undefined,
    };
  return withoutUnit(raw, after);
}

/** The last resort: a lifetime whose unit is a convention, then a word about what was not understood. */
function withoutUnit(
  raw: Readonly<Record<string, unknown>>,
  after: (lifetime: number | undefined) => number | undefined,
): ExpiryReading {
  const lifetime = secondsOf(raw['expiresIn']);
  const expiresAt = lifetime < LONGEST_EXPIRES_IN ? after(lifetime) : undefined;
  if (expiresAt !== undefined) return { expiresAt, absoluteOnly: false };
  const odd = Object.keys(raw).find(
    (name) =>
      raw[name] != null &&
      raw[name] !== 0 &&
      /expir|\bttl\b|valid_?until|lifetime/i.test(name) &&
      !/refresh|id_?token|session|^ext_/i.test(name) &&
      /^[\w.-]{1,40}$/.test(name),
  );
  return odd === undefined
    ? {}
    : {
        warning: `"${odd}" looks like an expiry and is not understood, so only a 401 will tell; give expires_in (seconds) or expiresAt (ms since the epoch)`,
      };
}

/** `NaN`: it is no number of seconds. */
function secondsOf(value: unknown): number {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return Number.isFinite(seconds) ? (seconds as number) : Number.NaN;
}

/** The first of these members that names a moment, in ms since the epoch. Zero and less is how some say "never". */
function momentIn(
  raw: Readonly<Record<string, unknown>>,
  names: readonly string[],
): number | undefined {
  for (const name of names) {
    const value = raw[name];
    const number = secondsOf(value);
    const moment = Number.isNaN(number)
      ? dateOf(value)
      : number >= EARLIEST_MS
        ? number
        : number >= EARLIEST_SECONDS
          ? number * 1000
          : Number.NaN;
    if (moment > 0) return moment;
  }
  return undefined;
}

/** Only a text that begins with a date or a day's name: `Date.parse` finds one in almost anything. */
function dateOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  const text = typeof value === 'string' ? value.trim() : '';
  return /^(?:\d{4}-\d\d|\d\d?\/\d\d?\/\d{4}|[A-Z][a-z]{2})/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

/** In ms it would be before 1973, where the clock is later: these are seconds. */
const isTooEarly = (moment: number, startedAt: number): boolean =>
  moment < EARLIEST_MS && startedAt >= EARLIEST_MS;

/** `expiresAt` is ours, so it is held to what it says. */
function ownMoment(value: unknown, startedAt: number): number | string {
  if (typeof value !== 'number' || Number.isNaN(value))
    return `expiresAt: expected ms since the epoch, got ${typeof value === 'number' ? 'NaN' : typeof value}; did you mean new Date(expiresAt).getTime()?`;
  return value > 0 && isTooEarly(value, startedAt)
    ? `expiresAt: expected ms since the epoch, got ${value}: are these seconds?`
    : value;
}

/** As it can be stored and read again: what has expired before 1973 has expired, and would be taken for seconds. */
const settled = (moment: number, startedAt: number): number =>
  isTooEarly(moment, startedAt) ? 0 : Math.min(Math.max(moment, 0), LATEST_MS);
