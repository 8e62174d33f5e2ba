import type { SessionRecord } from 'unexpired';

/** A session in its generation `gen`, with tokens that are good for an hour unless said otherwise. */
export const recordOf = (
  gen: number,
  tokens: Partial<SessionRecord['tokens']> = {},
): SessionRecord => ({
  v: 1,
  session: 'session-1',
  gen,
  status: 'active',
  tokens: {
    accessToken: `access-${gen}`,
    refreshToken: `refresh-${gen}`,
    expiresAt: Date.now() + 3_600_000,
    ...tokens,
  },
  issuedAt: Date.now(),
  turn: Date.now(),
});
