import type { TokenResponse } from '../contender.ts';
import type { AppStorage } from './storage.ts';

/** The few lines with which apps keep their tokens. */
export interface AppTokens {
  read(): TokenResponse | undefined;
  setSession(tokens: TokenResponse): void;
  signOut(): void;
}

const KEY = 'tokens';

export function tokensIn(storage: AppStorage): AppTokens {
  return {
    read: () => (JSON.parse(storage.getItem(KEY) ?? 'null') as TokenResponse | null) ?? undefined,
    setSession: (tokens) => storage.setItem(KEY, JSON.stringify(tokens)),
    signOut: () => storage.removeItem(KEY),
  };
}
