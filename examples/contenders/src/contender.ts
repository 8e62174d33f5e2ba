import type { Agent } from 'node:http';
import type { AxiosInstance } from 'axios';
import type { TokenStore } from 'unexpired';
import type { AppStorage } from './app/storage.ts';

/** A token endpoint's answer (RFC 6749 section 5.1), as the servers of the examples give it. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type?: string | undefined;
  /** Seconds. */
  readonly expires_in?: number | undefined;
  readonly refresh_token?: string | undefined;
  readonly scope?: string | undefined;
}

/** What every contender is given: the same servers, and one place to keep a session in. */
export interface App {
  readonly apiOrigin: string;
  /** The same API as an MCP server. */
  readonly mcpUrl: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** As localStorage is: what the documentation of most contenders keeps tokens in. */
  readonly storage: AppStorage;
  /** A store of ours, where several processes or tabs share the session; without it ours keep it in memory. */
  readonly store?: TokenStore | undefined;
  /** For axios in Node. Fetch and ky get their sockets from the global dispatcher. */
  readonly agent?: Agent | undefined;
  /** A plugin for each axios instance, before the contender's interceptors are attached, or after. */
  readonly plugin?:
    | { readonly place: 'inside' | 'outside'; attach(api: AxiosInstance): void }
    | undefined;
}

/** A way to keep access tokens fresh. */
export interface Contender {
  readonly id: string;
  readonly name: string;
  /** One sentence on what it does when the token has expired. */
  readonly about: string;
  readonly ours: boolean;
  /** What its users send requests with. */
  readonly on: 'axios' | 'fetch' | 'ky' | 'MCP' | 'GraphQL' | 'its own client';
  /** Where its own documentation shows this set-up. */
  readonly docs: string;
  /** The file to read. */
  readonly source: URL;
  /** Sets it up, as an app does once when it starts. */
  readonly start: (app: App) => Started | Promise<Started>;
}

/** An app that has started. Its clients share one session. */
export interface Started {
  client(): Client | Promise<Client>;
  /** What a login gave. */
  setSession(tokens: TokenResponse): unknown;
  /** `undefined`: it knows no such thing. */
  readonly signOut: (() => unknown) | undefined;
  close?(): Promise<void>;
}

export interface Limits {
  readonly signal?: AbortSignal | undefined;
  /** Ms. */
  readonly timeout?: number | undefined;
}

/** A signed-in HTTP client. */
export interface Client {
  /** The answer's JSON body; rejects as the client at hand does. */
  get(path: string, limits?: Limits): Promise<unknown>;
  /** `undefined`: a client that sends no bodies of its caller's. */
  readonly post?: ((path: string, body: Body) => Promise<unknown>) | undefined;
  /** It has no signal for a single request. */
  readonly cannotAbort?: boolean | undefined;
  /** It has no time limit for a single request. */
  readonly cannotTimeOut?: boolean | undefined;
  close?(): Promise<void>;
}

/** What may be sent with `post`; a stream can be read once. */
export type Body = FormData | ReadableStream<Uint8Array>;
