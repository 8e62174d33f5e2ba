import type { RefreshContext, TokenSet } from 'unexpired';

/** What a manager passes to a refresh function. */
export const context = (signal: AbortSignal = new AbortController().signal): RefreshContext => ({
  reason: 'due',
  signal,
});

/** A token set that is due. */
export const tokens = (refreshToken: string | undefined): TokenSet => ({
  accessToken: 'old-access-token',
  refreshToken,
});
