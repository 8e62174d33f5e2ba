import type { TokenSet } from './tokens.ts';

/** Some servers give the same access token again beside a new refresh token: only both together say which tokens these are. */
export const haveSameTokens = (one: TokenSet, other: TokenSet): boolean =>
  one.accessToken === other.accessToken && one.refreshToken === other.refreshToken;
