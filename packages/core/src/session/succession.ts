import { fingerprint } from '../tokens/fingerprint.ts';
import type { Clock } from '../time/clock.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { ActiveRecord, SessionRecord } from './store.ts';

/** How many fingerprints of earlier refresh tokens a record keeps: some 400 bytes. */
const KEPT = 32;

/** What a new record is made of, besides the tokens. */
export interface Birth {
  /** A new random id. */
  readonly session: string;
  /** Ms since the epoch. */
  readonly now: number;
  /** Ms since the epoch: when the call that yielded the tokens began. */
  readonly issuedAt: number;
  readonly subject: string | undefined;
  /** The sign-out that somebody asked to look behind: a login may have been made elsewhere since. */
  readonly after?: SessionRecord | undefined;
}

/** What a session that begins now is made of. */
export const birthNow = (
  parts: {
    readonly newId: () => string;
    readonly clock: Pick<Clock, 'now'>;
    readonly subjectOf: (tokens: TokenSet) => string | undefined;
  },
  tokens: TokenSet,
): Birth => {
  const now = parts.clock.now();
  return { session: parts.newId(), now, issuedAt: now, subject: parts.subjectOf(tokens) };
};

/** A turn that is later than those of `replaced`, whatever the clocks say, and never 0. */
export const turnAfter = (
  now: number,
  ...replaced: readonly (SessionRecord | undefined)[]
): number => Math.max(now, 1, ...replaced.map((record) => (record?.turn ?? 0) + 1));

/** The first generation of a new session, which takes the place of `found`. */
export function firstGeneration(
  tokens: TokenSet,
  birth: Birth,
  ...found: readonly (SessionRecord | undefined)[]
): ActiveRecord {
  const past = newest(found.flatMap(closed));
  return {
    v: 1,
    session: birth.session,
    gen: 0,
    status: 'active',
    tokens,
    issuedAt: birth.issuedAt,
    turn: turnAfter(birth.now, ...found),
    ...(birth.subject !== undefined && { subject: birth.subject }),
    ...(past.length > 0 && { past }),
  };
}

/** The next generation of the same session. Members that are not known here are kept. */
export function nextGeneration(
  record: ActiveRecord,
  tokens: TokenSet,
  issuedAt: number,
  subject: string | undefined,
): ActiveRecord {
  const before = record.tokens.refreshToken;
  const spent =
    before === undefined || before === tokens.refreshToken
      ? record.spent
      : newest([...(record.spent ?? []), fingerprint(before)]);
  return {
    ...withoutMarks(record),
    gen: record.gen + 1,
    tokens,
    issuedAt,
    ...(subject !== undefined && { subject }),
    ...(spent !== undefined && { spent }),
  };
}

/** The record of a session that was signed out: what is left says which refresh tokens are over. */
export function tombstoneOf(
  record: SessionRecord | undefined,
  session: string,
  now: number,
  ...others: readonly (SessionRecord | undefined)[]
): SessionRecord {
  const past = newest([record, ...others].flatMap(closed));
  return {
    v: 1,
    session: record?.session ?? session,
    gen: record?.gen ?? 0,
    status: 'signedOut',
    issuedAt: now,
    turn: turnAfter(now, record, ...others),
    ...(past.length > 0 && { past }),
  };
}

/**
 * The same record, as it is written over another session: never with an earlier turn, and with the refresh tokens that are
 * over because of it.
 */
export function writtenOver<R extends SessionRecord>(
  record: R,
  over: SessionRecord | undefined,
): R {
  if (over === undefined) return record;
  const same = over.session === record.session;
  if (same && over.status === 'active' && record.status === 'active') return record;
  const ended = same && record.status === 'active' ? [] : closed(over);
  const past = newest([...ended, ...(record.past ?? [])]);
  return {
    ...record,
    turn: same ? Math.max(record.turn, over.turn) : turnAfter(record.turn, over),
    ...(past.length > 0 && { past }),
  };
}

/** The record without intent and dead mark. */
export function withoutMarks(record: ActiveRecord): ActiveRecord {
  const { intent: _intent, dead: _dead, ...rest } = record;
  return rest;
}

/** Fingerprints of every refresh token that is over once `record` is over. */
function closed(record: SessionRecord | undefined): string[] {
  const current = record?.tokens?.refreshToken;
  return [
    ...(record?.past ?? []),
    ...(record?.spent ?? []),
    ...(current === undefined ? [] : [fingerprint(current)]),
  ];
}

const newest = (fingerprints: readonly string[]): string[] =>
  [...new Set(fingerprints)].slice(-KEPT);

/** Without members that are `undefined`: the record is JSON. */
export const plain = (tokens: TokenSet): TokenSet =>
  Object.fromEntries(
    Object.entries(tokens).filter(([, value]) => value !== undefined),
  ) as unknown as TokenSet;

/** `undefined`: one of the two does not say. */
export const expiresLater = (tokens: TokenSet, than: TokenSet | undefined): boolean | undefined =>
  tokens.expiresAt === undefined || than?.expiresAt === undefined
    ? undefined
    : tokens.expiresAt > than.expiresAt;
