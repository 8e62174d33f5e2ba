import type { TokenResponse } from '@unexpired/example-contenders/contender';
import { startAuthorizationServer } from './authorization-server.ts';
import { type Attempt, type Counters, createLedger, type Redemption } from './ledger.ts';
import { MCP_PATH } from '@unexpired/example-contenders/mcp-endpoint';
import { startProtectedApi } from './protected-api.ts';

/** What one contender needs to know, and all that it is told. */
export interface ArenaAddress {
  readonly apiOrigin: string;
  readonly mcpUrl: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly signedIn: TokenResponse;
}

/** The servers' verdict on one contest. Times in ms of the shared monotonic clock. */
export interface ArenaRecord {
  readonly counters: Counters;
  readonly session: 'alive' | 'revoked';
  readonly redemptions: readonly Redemption[];
  readonly attempts: readonly Attempt[];
}

/** A pair of servers for one contest alone: a contender that has lost cannot disturb the next one, nor its figures. */
export interface Arena {
  readonly address: ArenaAddress;
  revokeAccessToken(): Promise<void>;
  counters(): Counters;
  close(): Promise<ArenaRecord>;
}

/** `lifetime` in seconds: how long the first access token is good for. */
export async function openArena(lifetime: number): Promise<Arena> {
  const ledger = createLedger();
  const authorization = await startAuthorizationServer(ledger);
  const api = await startProtectedApi(ledger, authorization);
  const mcpUrl = `${api.origin}${MCP_PATH}`;
  const signedIn = await authorization.login(lifetime, mcpUrl);
  const counters = (): Counters =>
    ledger.counters({ api: api.connections(), token: authorization.listening.connections() });

  return {
    address: {
      apiOrigin: api.origin,
      mcpUrl,
      tokenEndpoint: authorization.tokenEndpoint,
      clientId: authorization.clientId,
      signedIn,
    },
    revokeAccessToken: () => authorization.revokeAccessToken(signedIn.access_token),
    counters,
    async close() {
      const session = authorization.isSessionAlive() ? 'alive' : 'revoked';
      await Promise.all([authorization.listening.close(), api.close()]);
      return {
        counters: counters(),
        session,
        redemptions: ledger.redemptions,
        attempts: ledger.attempts,
      };
    },
  };
}
