import type { ActiveRecord, SessionRecord } from '../../src/session/store.ts';

/** Generation `gen` of a session, with tokens that say which one they are. */
export const active = (
  session: string,
  gen: number,
  more: Partial<ActiveRecord> = {},
): ActiveRecord => ({
  v: 1,
  session,
  gen,
  status: 'active',
  issuedAt: 0,
  turn: 1,
  tokens: { accessToken: `${session}-${gen}`, refreshToken: `${session}-rt-${gen}` },
  ...more,
});

export const tombstone = (session: string, more: Partial<SessionRecord> = {}): SessionRecord => ({
  v: 1,
  session,
  gen: 9,
  status: 'signedOut',
  issuedAt: 0,
  turn: 2,
  ...more,
});
