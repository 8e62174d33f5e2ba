import type { TokenSource } from 'unexpired';

const TOKEN = { accessToken: 'upstream' };

const ANSWERS: Record<string, TokenSource['getToken']> = {
  fresh: async () => TOKEN,
  slow: async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return TOKEN;
  },
  nobody: async () => undefined,
};

const getToken = ANSWERS[process.env['UNEXPIRED_UPSTREAM'] ?? ''];

/** What this process signs with; `undefined`: nothing of ours is to be put into it. */
export const tokens: TokenSource | undefined = getToken && {
  getToken,
  replaceRejected: async () => undefined,
};

/** The origin that a test's request goes to, if it is one of this machine: the tests listen at any port, and ask nobody else. */
export function originHere(url: string): string | undefined {
  const origin = URL.canParse(url) ? new URL(url).origin : '';
  return /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(origin) ? origin : undefined;
}
