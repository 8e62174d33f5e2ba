import type { Clock, TokenInput } from 'unexpired';
import { checkNames, nameOf } from 'unexpired/adapter';
import type { RemoteEvents } from './news.ts';

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
  /** What is read of it, piece by piece; without it `json()`. `remoteEvents` needs it. */
  readonly body?: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
      cancel(): unknown;
    };
  } | null;
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
  /**
   * A connection of `remoteEvents` to the same `url`: the service then tells when the session has another token or was signed out.
   * Default: a change is known when the token is due, or when an API has refused it.
   */
  readonly events?: RemoteEvents | undefined;
  /** Default is `globalThis.fetch`, looked up at each call. */
  readonly fetch?: RemoteFetch | undefined;
  /** Default {@link systemClock}. For tests. */
  readonly clock?: Clock | undefined;
  /** A number in [0, 1), for jitter. Default `Math.random`. For tests. */
  readonly random?: (() => number) | undefined;
}

const OPTIONS = [
  ...['url', 'session', 'provider', 'credentials'],
  ...['events', 'fetch', 'clock', 'random'],
];
const SESSION = /^(?=[^:]+:.)[A-Za-z0-9][A-Za-z0-9._:@~-]{0,199}$/;
const HTTPS = /^https:\/\/[^/?#@\\]+(?:\/[^?#\\]*)?$/i;
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:\/[^?#\\]*)?$/i;

/** The address of the service. Throws a `TypeError` that begins with `where`, names the option that is wrong, and shows no text. */
export function baseOf(
  where: string,
  { url, fetch }: Pick<RemoteTokensOptions, 'url' | 'fetch'>,
): string {
  const given = String(url);
  if (!HTTPS.test(given) && !LOOPBACK.test(given))
    throw new TypeError(
      `${where}: url: expected https, or http on loopback, without user, query and fragment`,
    );
  if (fetch !== undefined && typeof fetch !== 'function')
    throw new TypeError(`${where}: fetch: expected a function, got ${nameOf(fetch)}`);
  return given.replace(/\/+$/, '');
}

/** The addresses of the service and of the session there. Throws a `TypeError` that names the option that is wrong, and shows no text. */
export function addressesOf(options: RemoteTokensOptions): {
  readonly base: string;
  readonly address: string;
} {
  checkNames('remoteTokens', options, OPTIONS);
  const { session, provider, events } = options;
  const base = baseOf('remoteTokens', options);
  if (typeof session !== 'string' || !SESSION.test(session))
    throw new TypeError(
      `remoteTokens: session: expected tenant:rest of letters, digits and . _ : @ ~ -, at most 200 characters, got ${typeof session === 'string' ? 'another text' : nameOf(session)}`,
    );
  if (provider !== undefined && (typeof provider !== 'string' || provider === ''))
    throw new TypeError(`remoteTokens: provider: expected a name, got ${nameOf(provider)}`);
  if (events !== undefined && (typeof events?.join !== 'function' || events.url !== base))
    throw new TypeError('remoteTokens: events: expected remoteEvents() of the same url');
  return { base, address: `${base}/v1/sessions/${session}` };
}
