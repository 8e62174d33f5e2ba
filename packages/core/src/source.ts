import type { AccessToken, IssuedToken } from './tokens/tokens.ts';

/** Options of a wait for a token. */
export interface WaitOptions {
  /** Ends this wait, and nothing else. The refresh's own signal is recognised: see `RefreshContext.signal`. */
  readonly signal?: AbortSignal | undefined;
}

/** The two methods that an adapter needs. A test double is two lines. */
export interface TokenSource {
  /** A token fit to send, refreshed first if it has to be. `undefined`: nobody is signed in. */
  getToken(options?: WaitOptions): Promise<AccessToken | undefined>;
  /**
   * What to send instead of a token that the API just refused; `undefined`: nothing better, the caller gets the
   * refusal. Rejects with a `TokenError` when the refusal could not be repaired.
   */
  replaceRejected(
    rejected: string | Pick<IssuedToken, 'session' | 'generation'>,
    options?: WaitOptions,
  ): Promise<AccessToken | undefined>;
  /**
   * Was this ever a token of this source? Lets an adapter tell a stale header of ours from one that the caller
   * means. Where it is missing, adapters remember what the source gave them.
   */
  issued?(accessToken: string): boolean;
  /** What an adapter tells of its requests, for the events of this source. Called once for each event; must not throw. */
  report?(event: RequestEvent): void;
}

/** One request, as adapters tell of it with {@link TokenSource.report}. Carries no token, no path and no query. */
export type RequestEvent =
  | {
      /** A refused request was sent again. `failed`: no answer came, `status` is undefined. */
      readonly type: 'replayed';
      readonly method: string;
      readonly origin: string;
      readonly status: number | undefined;
      readonly outcome: 'accepted' | 'rejected' | 'failed';
    }
  | {
      /** It was refused, there is a new token, and it could not be sent again: its body can be read once. */
      readonly type: 'notReplayed';
      readonly method: string;
      readonly origin: string;
    }
  | {
      /**
       * Sent as it was, because it carries a header that is not ours, or goes to an origin that is not listed. Told once
       * for each origin, and for 100 origins at the most.
       */
      readonly type: 'unsigned';
      readonly why: 'header' | 'origin';
      readonly origin: string;
    };

/**
 * Asked for every request. `rejected`: the token that the API just refused; it is asked once for it, however many
 * requests were refused with it, and without anybody's signal. `undefined` or `null`: nobody is signed in, or there is
 * nothing better.
 */
export type TokenFunction = (request: {
  readonly rejected?: string;
  readonly signal?: AbortSignal | undefined;
}) =>
  | string
  | AccessToken
  | null
  | undefined
  | PromiseLike<string | AccessToken | null | undefined>;

/** What adapters take: a fixed token, a function asked for every request, or a source such as a `TokenManager`. */
export type TokenInput = string | TokenFunction | TokenSource;
