import type { App, TokenResponse } from '@unexpired/example-contenders/contender';
import type { SimulatedServer } from '@unexpired/testing';
import type { Listener } from './listener.ts';

/** One request as it came to the API. `good`: with an access token that counts. */
export interface Visit {
  readonly path: string;
  readonly good: boolean;
  /** Of a `POST` that was read to its end: its text. */
  body?: string;
}

/** An authorization server that takes each refresh token once, and an API behind it, on loopback. */
export interface Arena {
  readonly server: SimulatedServer;
  readonly address: Pick<App, 'apiOrigin' | 'mcpUrl' | 'tokenEndpoint' | 'clientId'>;
  readonly visits: Visit[];
  /** What a login gives. `lifetime` in seconds, as the client is told. */
  login(lifetime?: number): TokenResponse;
  /** When the time of the last login's access token is over: ms since the epoch. */
  readonly loginExpiresAt: number;
  /** Pages and scripts that the origin serves as well, by path. */
  readonly files: Map<string, { readonly type: string; readonly text: string }>;
  /** Refusals of which requests wait for something first. */
  holdRefusals: ((path: string) => Promise<unknown> | undefined) | undefined;
  /** Where the authorization server is one of its own: ends it, so that connections are refused, until it is started again. */
  readonly authorizationServer: Pick<Listener, 'stop' | 'start'> | undefined;
}
