import {
  createTokenManager,
  TokenError,
  type RefreshContext,
  type TokenManager,
  type TokenSet,
} from 'unexpired';
import type { ContractApi } from './types.ts';

/** A session at a token endpoint whose answers the test decides. */
export interface ContractSession {
  readonly tokens: TokenManager;
  /** How often the refresh function was called. */
  readonly refreshes: number;
}

export interface SessionScript {
  /** Default: a token that the API refuses. `expired`: one that is not even sent. `none`: nobody is signed in. */
  readonly start?: 'refused' | 'expired' | 'good' | 'none' | undefined;
  /** How a refresh goes. Default: a new token, which the API accepts from then on. */
  refresh?(context: RefreshContext, next: () => TokenSet): Promise<TokenSet>;
}

/** A real token manager over a memory store, starting as the script says. */
export function startSession(
  api: ContractApi,
  { start = 'refused', refresh }: SessionScript = {},
): ContractSession {
  let refreshes = 0;
  const token = start === 'good' ? 'good-0' : 'old-0';
  api.reset('good-0');
  const next = (): TokenSet => {
    const accessToken = `good-${refreshes}`;
    api.accept(accessToken);
    return { accessToken, refreshToken: `refresh-${refreshes}`, expiresAt: Date.now() + 3_600_000 };
  };
  const tokens = createTokenManager({
    ...(start !== 'none' && {
      tokens: {
        accessToken: token,
        refreshToken: 'refresh-0',
        expiresAt: start === 'expired' ? 0 : Date.now() + 3_600_000,
      },
    }),
    async refresh(_current, context) {
      refreshes++;
      return refresh ? refresh(context, next) : next();
    },
  });
  return {
    tokens,
    get refreshes() {
      return refreshes;
    },
  };
}

export const ended = async (): Promise<never> => {
  throw new TokenError('ERR_SESSION_ENDED', { message: 'over' });
};

export const unavailable = async (): Promise<never> => {
  throw new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'down' });
};
