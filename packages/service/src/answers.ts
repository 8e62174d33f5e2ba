import { type LiveRow, type Row, tagOf } from './row.ts';

/** A token as it is handed out: the text of the answer, and what has to be known of it. No refresh token is in it. */
export interface Answer
  extends Pick<Row, 'session' | 'generation' | 'state' | 'issuedAt' | 'expiresAt'> {
  /** The entity tag. */
  readonly tag: string;
  /** JSON. */
  readonly text: string;
  /** Of the text, in UTF-8. */
  readonly bytes: number;
}

export function answerOf(row: LiveRow): Answer {
  const { session, generation, state, issuedAt, expiresAt } = row;
  const text = JSON.stringify(tokenBody(row));
  const bytes = Buffer.byteLength(text);
  return { session, generation, state, issuedAt, expiresAt, tag: tagOf(row), text, bytes };
}

/** A token as it is sent. No refresh token, no id token, nothing but what the provider's options allow. */
function tokenBody({ session, generation, tokens, kept }: LiveRow) {
  const { accessToken, tokenType = 'Bearer', expiresAt, scope } = tokens;
  return {
    session,
    generation,
    access_token: accessToken,
    token_type: tokenType,
    ...(expiresAt !== undefined && { expires_at: expiresAt / 1000 }),
    ...(scope !== undefined && { scope }),
    ...(Object.keys(kept.shown).length > 0 && { extra: { ...kept.shown } }),
  };
}

/** The state of a session as it is sent. */
export function stateBody({ session, generation, state, issuedAt, tokens, kept }: Row) {
  return {
    session,
    generation,
    state,
    issued_at: issuedAt / 1000,
    ...(kept !== undefined && { provider: kept.provider }),
    ...(tokens?.expiresAt !== undefined && { expires_at: tokens.expiresAt / 1000 }),
  };
}

/** Seconds. */
const WAIT = { default: 10, most: 30 };

/** Ms that a caller would wait, by its `Prefer` header (RFC 7240 section 4.3). */
export function waitOf(prefer: string | undefined): number {
  const [, seconds] = /(?:^|[,;]\s*)wait\s*=\s*"?(\d{1,6})"?/i.exec(prefer ?? '') ?? [];
  return Math.min(WAIT.most, seconds === undefined ? WAIT.default : Number(seconds)) * 1000;
}

/** Is this tag in an `If-None-Match`? Weak comparison (RFC 9110 section 13.1.2). */
export const lists = (header: string | undefined, tag: string): boolean =>
  (header ?? '').split(',').some((one) => [tag, '*'].includes(one.trim().replace(/^W\//, '')));
