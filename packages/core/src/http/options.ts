import type { TokenInput } from '../source.ts';

/** Options that every adapter takes. */
export interface AuthOptions {
  /** Origins that may see the token; `'self'` is the page's own. HTTPS or loopback. No default. */
  readonly origins: readonly (string | URL)[];
  /** Allow `http:` origins that are not loopback (an emulator's 10.0.2.2, a container's name). Default `false`. */
  readonly allowInsecureOrigins?: boolean | undefined;
  /** With nobody signed in: `send` the request unsigned (a sign-in call gets through), or `reject` with ERR_SIGNED_OUT. Default `send`. */
  readonly whenSignedOut?: 'send' | 'reject' | undefined;
  /**
   * Replace an `Authorization` that the caller set. Default `false`: only one that carries a token of ours is replaced.
   * For SDKs that insist on an API key.
   */
  readonly overwriteHeader?: boolean | undefined;
  /** Was the token refused? Asked for every answer to a request that carried one. Default {@link isTokenRejected}. */
  readonly isRejected?: ((response: ApiResponse) => boolean | Promise<boolean>) | undefined;
}

/** What an API answered, as far as it matters for the question whether it refused the token. */
export interface ApiResponse {
  /** Where the answer came from, redirects included; `''` where the client does not say. */
  readonly url: string;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** The parsed body, `undefined` if it is not JSON. The caller's own copy stays unread. */
  json(): Promise<unknown>;
}

/** The per-request option, the same key in axios, ky and `authFetch`: `false` sends it unsigned, a source overrides the attached one. */
export interface RequestAuth {
  readonly tokens?: TokenInput | false | undefined;
}
