import { createTokenManager, type TokenManager } from 'unexpired';

/** What the page saw: a status, or the error that its client gave in place of one; and how often it refreshed. */
export interface Seen {
  readonly status?: number;
  readonly error?: string;
  readonly refreshes: number;
}

declare global {
  /** Asks for a URL with a token that is no longer accepted. */
  var askGateway: (client: string, api: string, path: string) => Promise<Seen>;
}

/** Gives an answer's status, or throws what the client throws. */
export type Ask = (tokens: TokenManager, api: string, path: string) => Promise<number>;

export function serveGateway(clients: Readonly<Record<string, Ask>>): void {
  globalThis.askGateway = async (client, api, path) => {
    let refreshes = 0;
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: Date.now() + 3_600_000 },
      refresh: async () => (refreshes++, { accessToken: 'good', refreshToken: 'r' }),
    });
    const ask = clients[client];
    if (!ask) throw new Error(`The page has no client ${client}`);
    try {
      return { status: await ask(tokens, api, path), refreshes };
    } catch (error) {
      const { code, name } = error as { readonly code?: string; readonly name: string };
      return { error: code ?? name, refreshes };
    }
  };
}
