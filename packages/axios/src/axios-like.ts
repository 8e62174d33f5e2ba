import type { RequestAuth } from 'unexpired';

/* oxlint-disable typescript/no-explicit-any -- `unknown` and `never` fit one of axios's two type builds each, but not both */
/** The part of an axios instance this package touches; structural, so that both of axios's type builds fit. */
export interface AxiosLike {
  readonly interceptors: {
    readonly request: { use(onFulfilled: (config: any) => any): number; eject(id: number): void };
  };
  readonly defaults: object;
  request(config: any): Promise<any>;
}
/* oxlint-enable typescript/no-explicit-any */

/** What this package reads and writes of a request's config, after axios has merged and transformed it. */
export interface Config {
  url?: string;
  method?: string;
  baseURL?: string;
  allowAbsoluteUrls?: boolean;
  adapter?: unknown;
  auth?: unknown;
  data?: unknown;
  params?: unknown;
  paramsSerializer?: unknown;
  transformRequest?: unknown;
  headers: Record<string, unknown>;
  signal?: AbortSignal;
  cancelToken?: {
    subscribe(listener: (reason: unknown) => void): void;
    unsubscribe(listener: (reason: unknown) => void): void;
  };
  socketPath?: string | null;
  httpAgent?: unknown;
  timeout?: number;
  timeoutErrorMessage?: string;
  transitional?: { clarifyTimeoutError?: boolean };
  maxRedirects?: number | undefined;
  fetchOptions?: { mode?: string; redirect?: string } | undefined;
  'axios-retry'?: object;
  beforeRedirect?: ((redirect: Redirect, ...details: unknown[]) => void) | undefined;
  onUploadProgress?: unknown;
  env?: { fetch?: Fetch | null };
  tokens?: RequestAuth['tokens'];
}

/** What sends a config. */
export type Adapter = (config: Config) => Promise<Answer>;

export type Fetch = (request: unknown, init?: RequestInit) => Promise<Response>;

/** What follow-redirects is about to ask for. */
export interface Redirect {
  href?: string;
  headers: Record<string, unknown>;
}

export interface Answer {
  data: unknown;
  status: number;
  headers: Record<string, unknown>;
  config: Config;
  request?: { responseURL?: string; res?: { responseUrl?: string } };
}
