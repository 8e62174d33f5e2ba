import type { TokenInput } from '../source.ts';

/** Options that every adapter takes. An option that does not exist is a `TypeError`. */
export interface AuthOptions {
  /**
   * Origins that may see the token; `'self'` is the page's own. HTTPS or loopback. Default: that of the client's base
   * URL; a `fetch` has none, and must say.
   */
  readonly origins?: readonly (string | URL)[] | undefined;
  /** Allow `http:` origins that are not loopback (an emulator's 10.0.2.2, a container's name). Default `false`. */
  readonly allowInsecureOrigins?: boolean | undefined;
  /** With nobody signed in: `send` the request unsigned (a sign-in call gets through), or `reject` with ERR_SIGNED_OUT. Default `send`. */
  readonly whenSignedOut?: 'send' | 'reject' | undefined;
  /**
   * The header that carries the token, alone and without a scheme, such as `X-Shopify-Access-Token`. Default
   * `Authorization`, with a scheme. With another header a redirect is an error: clients take only `Authorization` off
   * on the way to another origin.
   */
  readonly header?: string | undefined;
  /**
   * Replace a header that the caller set. Default `false`: only one that carries a token of ours is replaced. For SDKs
   * that insist on an API key.
   */
  readonly overwriteHeader?: boolean | undefined;
  /**
   * Was the token refused? Asked for every answer to a request that carried one. `rejected`: get another token, and send
   * the request again. `accepted`: give the answer to the caller. `undefined` leaves it to the standard,
   * `isTokenRejected`, and so does a promise that has not settled after 10 s.
   *
   * @example
   * ```ts
   * const options: AuthOptions = {
   *   classify: (response, { url }) =>
   *     response.status === 419 ? 'rejected' : url.endsWith('/password') ? 'accepted' : undefined,
   * };
   * ```
   */
  readonly classify?:
    | ((
        response: ApiResponse,
        request: ApiRequest,
      ) => 'rejected' | 'accepted' | undefined | PromiseLike<'rejected' | 'accepted' | undefined>)
    | undefined;
}

/** The request that is asked about. */
export interface ApiRequest {
  /** In capitals. */
  readonly method: string;
  /** Where it was sent, as the client had it; from axios without `params`. */
  readonly url: string;
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
