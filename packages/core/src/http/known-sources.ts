import { fingerprint } from '../tokens/fingerprint.ts';
import type { TokenInput, TokenSource } from '../source.ts';
import type { AccessToken } from '../tokens/tokens.ts';
import { toTokenSource } from './to-token-source.ts';

const REMEMBERED = 64;

/** A source as adapters need it. */
export interface KnownSource extends TokenSource {
  /** Was this ever a token of this source? */
  issued(accessToken: string): boolean;
  /** Does {@link issued} know already? Not before a manager has read its store, or another source was asked once. */
  isRead(): boolean;
  /** What a manager says of its session; `undefined` for other sources. */
  readonly status: unknown;
}

/** Makes sources of whatever adapters take; for the same function or object, the same source. */
export function createKnownSources(): (input: TokenInput) => KnownSource {
  const known = new WeakMap<object, KnownSource>();
  return (input) => {
    if (typeof input === 'string') return toKnownSource(input);
    const found = known.get(input);
    if (found) return found;
    const made = toKnownSource(input);
    known.set(input, made);
    return made;
  };
}

function toKnownSource(input: TokenInput): KnownSource {
  const source = toTokenSource(input);
  const statusOf = (): unknown => (source as { readonly status?: unknown }).status;
  const { getToken, replaceRejected, issued, isRead } = source.issued
    ? {
        getToken: source.getToken.bind(source),
        replaceRejected: source.replaceRejected.bind(source),
        issued: source.issued.bind(source),
        isRead: () => statusOf() !== 'unknown',
      }
    : remembering(source);
  return {
    getToken,
    replaceRejected,
    issued,
    isRead,
    ...(source.report && { report: source.report.bind(source) }),
    get status() {
      return statusOf();
    },
  };
}

/**
 * Where a source cannot tell whether a token was its own, the latest 64 tokens that it gave are remembered, as
 * fingerprints: long enough to recognise a stale header, and no token is kept.
 */
function remembering(source: TokenSource): Omit<KnownSource, 'status' | 'report'> {
  const seen = new Set<string>();
  let latest: string | undefined;
  let asked = false;
  const note = (token: AccessToken | undefined): AccessToken | undefined => {
    asked = true;
    if (token && token.accessToken !== latest) {
      latest = token.accessToken;
      seen.add(fingerprint(String(latest)));
      if (seen.size > REMEMBERED) for (const oldest of seen) return (seen.delete(oldest), token);
    }
    return token;
  };
  return {
    getToken: (options) => source.getToken(options).then(note),
    replaceRejected: (rejected, options) => source.replaceRejected(rejected, options).then(note),
    issued: (accessToken) => seen.has(fingerprint(accessToken)),
    isRead: () => asked,
  };
}
