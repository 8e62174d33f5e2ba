import type { Agent } from 'node:http';

/** A token endpoint's answer (RFC 6749 section 5.1), as this demo's authorization server gives it. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
}

/** What every contender is given: the same servers, one session of its own and the same number of sockets. */
export interface Setting {
  readonly apiOrigin: string;
  /** The same API as an MCP server. */
  readonly mcpUrl: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** What the login gave. */
  readonly signedIn: TokenResponse;
  /** For axios. Fetch and ky get their sockets from the global dispatcher, which is bounded likewise. */
  readonly agent: Agent;
}

/** A way to keep access tokens fresh. */
export interface Contender {
  readonly id: string;
  readonly name: string;
  /** One sentence on what it does when the token has expired. */
  readonly about: string;
  /** Held to exactly 1 refresh, 0 reuse detections and every request answered. */
  readonly ours: boolean;
  /** The file to read. */
  readonly source: URL;
  readonly signIn: (setting: Setting) => Promise<Client>;
}

/** A signed-in HTTP client. */
export interface Client {
  /** The answer's JSON body; rejects as the client at hand does. */
  get(path: string): Promise<unknown>;
  close?(): Promise<void>;
}
