/** What a {@link TokenFetch} is called with. */
export interface TokenFetchInit {
  readonly method: 'GET' | 'POST';
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** A redirect is never followed: the refresh token would travel with it. */
  readonly redirect: 'manual';
  readonly signal?: AbortSignal;
}

/** The part of a fetch `Response` that is read. */
export interface TokenFetchResponse {
  readonly status: number;
  /** `opaqueredirect` where a browser hides a redirect that it did not follow. */
  readonly type?: string;
  readonly headers: { get(name: string): string | null };
  /** A web `ReadableStream` is read piece by piece and given up when it grows too long; anything else through `text()`. */
  readonly body?: unknown;
  text(): Promise<string>;
}

/** Any fetch: the global one, undici's, node-fetch's, or one that presents a client certificate (mutual TLS). */
export type TokenFetch = (url: string, init: TokenFetchInit) => Promise<TokenFetchResponse>;
