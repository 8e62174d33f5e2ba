import { TokenError } from '../errors/errors.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import { compareSubjects } from '../tokens/subject.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { type ActiveRecord, isActive, type SessionRecord } from './store.ts';
import { type Birth, expiresLater, firstGeneration, nextGeneration, plain } from './succession.ts';

/**
 * What an announcement of tokens is to what is known already:
 *
 * - `same`, `older`: nothing changes
 * - `next`: the next generation of the session
 * - `over`: tokens of a session that was signed out or replaced
 * - `new`: a new session
 */
export type Announcement = 'same' | 'older' | 'next' | 'over' | 'new';

/** What an announcement is judged by, besides the record. */
export interface AnnouncementContext {
  readonly subject: string | undefined;
  /** The caller says that tokens of a session that is over shall count again. */
  readonly again: boolean;
  readonly now: number;
  /** The session that this manager's own refresh function works for at the moment, and whose it is. */
  readonly refreshing:
    | { readonly session: string; readonly subject?: string | undefined }
    | undefined;
  /** Did the server end the session? Then an access token alone can only be a new login's. */
  readonly ended: boolean;
  /** Has this access token been seen here as one of this session? */
  readonly seen: (accessToken: string, session: string) => boolean;
}

/**
 * Rule R5 of docs/protocol.md. The refresh token decides; the access token only where the refresh token does not.
 * A library announces the tokens that it holds, again and again, whatever has become of them: what is known changes
 * nothing, and an older generation never takes the place of a newer one.
 */
export function announcementOf(
  record: SessionRecord | undefined,
  tokens: TokenSet,
  context: AnnouncementContext,
): Announcement {
  const active = isActive(record) ? record : undefined;
  const sameAccess = active !== undefined && active.tokens.accessToken === tokens.accessToken;
  const whose = compareSubjects(active?.subject, context.subject);
  if (tokens.refreshToken === undefined) {
    // Nothing can be spent. An announcement of the access token alone must not take the refresh token away.
    if (sameAccess) return 'same';
    if (active === undefined || whose !== 'same' || context.ended) return 'new';
    return expiresLater(tokens, active.tokens) === true ? 'next' : 'older';
  }
  if (active !== undefined && tokens.refreshToken === active.tokens.refreshToken) {
    if (sameAccess) return 'same';
    const later =
      expiresLater(tokens, active.tokens) ?? !context.seen(tokens.accessToken, active.session);
    return later ? 'next' : 'older';
  }
  const found = fingerprint(tokens.refreshToken);
  const spent = record?.spent?.includes(found) === true;
  if (active !== undefined && spent) return 'older';
  if (spent || record?.past?.includes(found) === true) return context.again ? 'new' : 'over';
  if (sameAccess) return 'next';
  const { refreshing } = context;
  if (refreshing !== undefined) {
    const comparison = compareSubjects(refreshing.subject, context.subject);
    if (active?.session !== refreshing.session)
      return context.again || comparison === 'other' ? 'new' : 'over';
    if (comparison === 'same') return 'next';
  }
  // Expired when it was announced, while the same subject is signed in for longer: a copy that somebody kept.
  const outdated =
    whose === 'same' &&
    tokens.expiresAt !== undefined &&
    tokens.expiresAt <= context.now &&
    expiresLater(tokens, active?.tokens) === false;
  return outdated ? 'older' : 'new';
}

/** The record after an announcement, `undefined` where nothing changes. */
export function announcedRecord(
  announcement: Announcement,
  record: SessionRecord | undefined,
  tokens: TokenSet,
  birth: Birth,
  ...others: readonly (SessionRecord | undefined)[]
): ActiveRecord | undefined {
  if (announcement === 'new') return firstGeneration(tokens, birth, record, ...others);
  if (announcement !== 'next' || !isActive(record)) return undefined;
  const whole = { ...record.tokens, expiresAt: undefined, ...tokens };
  return nextGeneration(record, plain(whole), birth.issuedAt, birth.subject);
}

/** What a caller is told whose tokens are over. */
export const signedOutBefore = (): TokenError =>
  new TokenError('ERR_SIGNED_OUT', {
    message:
      'These tokens are of a session that is over; setSession(tokens, { again: true }) takes them',
  });
