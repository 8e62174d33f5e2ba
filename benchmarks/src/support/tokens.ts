const HOUR = 3_600_000;

/** About as long as access tokens in the wild are. */
const ACCESS_TOKEN = 'benchmark'.repeat(100);

export const freshTokens = (): {
  accessToken: string;
  refreshToken: string;
  expiresAt: number;
} => ({
  accessToken: ACCESS_TOKEN,
  refreshToken: 'benchmark-refresh',
  expiresAt: Date.now() + 24 * HOUR,
});

/** Where every token is fresh, a refresh is a mistake of the benchmark. */
export const noRefresh = (): Promise<never> =>
  Promise.reject(new Error('A benchmark of the fresh path refreshed'));
