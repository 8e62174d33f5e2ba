import type { Clock, TokenInput } from 'unexpired';
import { nameOf } from 'unexpired/adapter';

/** A fetch, as far as it is used here. */
export type RemoteFetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
    readonly redirect: 'manual';
  },
) => Promise<RemoteAnswer>;

/** A `Response`, as far as it is used here. */
export interface RemoteAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  json(): Promise<unknown>;
}

/** Options of `remoteTokens`. */
export interface RemoteTokensOptions {
  /** Of the service. HTTPS, or http on loopback. */
  readonly url: string | URL;
  /** `tenant:rest`, as the service keeps it. */
  readonly session: string;
  /** For `setSession`, which deposits tokens; without it that is a `TypeError`. */
  readonly provider?: string | undefined;
  /** Who calls: an API key, or a source of tokens for the service itself, which is asked again after a 401. Sent to `url` only. */
  readonly credentials: TokenInput;
  /** Default is `globalThis.fetch`, looked up at each call. */
  readonly fetch?: RemoteFetch | undefined;
  /** Default {@link systemClock}. For tests. */
  readonly clock?: Clock | undefined;
  /** A number in [0, 1), for jitter. Default `Math.random`. For tests. */
  readonly random?: (() => number) | undefined;
}

const SESSION = /^(?=[^:]+:.)[A-Za-z0-9][A-Za-z0-9._:@~-]{0,199}$/;
const HTTPS = /^https:\/\/[^/?#@\\]+(?:\/[^?#\\]*)?$/i;
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:\/[^?#\\]*)?$/i;

/** The address of the session at the service. Throws a `TypeError` that names the option that is wrong, and shows no text. */
export function addressOf({ url, session, provider, fetch }: RemoteTokensOptions): string {
  const base = String(url);
  if (!HTTPS.test(base) && !LOOPBACK.test(base))
    throw new TypeError(
      'remoteTokens: url: expected https, or http on loopback, without user, query and fragment',
    );
  if (typeof session !== 'string' || !SESSION.test(session))
    throw new TypeError(
      `remoteTokens: session: expected tenant:rest of letters, digits and . _ : @ ~ -, at most 200 characters, got ${typeof session === 'string' ? 'another text' : nameOf(session)}`,
    );
  if (provider !== undefined && (typeof provider !== 'string' || provider === ''))
    throw new TypeError(`remoteTokens: provider: expected a name, got ${nameOf(provider)}`);
  if (fetch !== undefined && typeof fetch !== 'function')
    throw new TypeError(`remoteTokens: fetch: expected a function, got ${nameOf(fetch)}`);
  return `${base.replace(/\/+$/, '')}/v1/sessions/${session}`;
}
