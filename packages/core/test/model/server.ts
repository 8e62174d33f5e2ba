import type { Mode, State } from './state.ts';

type Server = State['server'];

/** What the server does with a refresh token, and what it says: the new one, or that it refuses. */
export function redeem(
  mode: Mode,
  server: Server,
  refreshToken: number,
): { server: Server; answer: number | 'refused' } {
  const { live, revoked } = server;
  if (revoked) return { server, answer: 'refused' };
  if (mode === 'neverRotates') return { server, answer: live };
  if (refreshToken === live) return { server: { live: live + 1, revoked }, answer: live + 1 };
  if (mode === 'grace' && refreshToken === live - 1) return { server, answer: live };
  return { server: { live, revoked: mode === 'revokes' }, answer: 'refused' };
}

/** Would the server still take it? */
export const isLive = (mode: Mode, { live, revoked }: Server, refreshToken: number): boolean =>
  !revoked && (refreshToken === live || (mode === 'grace' && refreshToken === live - 1));
