import type { RefreshContext, TokenResponse, TokenSet } from '../../src/index.ts';

/** An authorization server of the strict kind: a refresh token is redeemed once, a second time ends the session. */
export interface StrictServer {
  readonly refresh: (current: TokenSet, context: RefreshContext) => Promise<TokenResponse>;
  readonly acquire: (context: RefreshContext) => Promise<TokenResponse>;
  readonly first: TokenSet;
  /** Calls of the token endpoint. */
  readonly calls: number;
  readonly reuses: number;
  readonly revoked: boolean;
  /** The access token that is good now. */
  readonly live: string;
  /** The next answers wait until this is called. */
  hold(): () => void;
  /** The next call does this instead of answering; `redeem` rotates as an answer would, so that what follows it is a lost answer. */
  next(answer: (redeem: () => TokenResponse) => unknown): void;
  /** What each call was made with, and when it was told to stop. */
  readonly seen: readonly {
    readonly refreshToken: string | undefined;
    readonly context: RefreshContext;
  }[];
}

export function strictServer(
  options: { readonly lifetime?: number; readonly expiresAt?: number } = {},
): StrictServer {
  const { lifetime = 3600 } = options;
  let generation = 1;
  let calls = 0;
  let reuses = 0;
  let revoked = false;
  let gate: Promise<void> = Promise.resolve();
  const planned: ((redeem: () => TokenResponse) => unknown)[] = [];
  const seen: { readonly refreshToken: string | undefined; readonly context: RefreshContext }[] =
    [];
  const answer = (): TokenResponse => ({
    access_token: `at-${generation}`,
    refresh_token: `rt-${generation}`,
    token_type: 'Bearer',
    expires_in: lifetime,
  });
  return {
    first: { accessToken: 'at-1', refreshToken: 'rt-1', expiresAt: options.expiresAt },
    async refresh({ refreshToken }, context) {
      calls++;
      seen.push({ refreshToken, context });
      const plan = planned.shift();
      await gate;
      const redeem = (): TokenResponse => {
        if (revoked || refreshToken !== `rt-${generation}`) {
          reuses++;
          revoked = true;
          throw Object.assign(new Error('Bad Request'), {
            status: 400,
            data: { error: 'invalid_grant' },
          });
        }
        generation++;
        return answer();
      };
      return plan === undefined ? redeem() : ((await plan(redeem)) as TokenResponse);
    },
    async acquire(context) {
      calls++;
      seen.push({ refreshToken: undefined, context });
      const plan = planned.shift();
      await gate;
      const issue = (): TokenResponse => {
        generation++;
        const { refresh_token: _, ...rest } = answer();
        return rest;
      };
      return plan === undefined ? issue() : ((await plan(issue)) as TokenResponse);
    },
    seen,
    get calls() {
      return calls;
    },
    get reuses() {
      return reuses;
    },
    get revoked() {
      return revoked;
    },
    get live() {
      return `at-${generation}`;
    },
    hold() {
      let open = (): void => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    next: (plan) => void planned.push(plan),
  };
}
