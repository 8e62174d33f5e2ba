import { fingerprint } from '../tokens/fingerprint.ts';
import type { TokenSource } from '../source.ts';
import type { AccessToken } from '../tokens/tokens.ts';

const REMEMBERED = 64;

/** A source that can say whether a token was ever its own. */
export type KnowingSource = TokenSource & Required<Pick<TokenSource, 'issued'>>;

/**
 * A source that can always say whether a token was ever its own. Where the source cannot, the latest 64 tokens that it
 * gave are remembered, as fingerprints: long enough to recognise a stale header, and no token is kept.
 */
export function remembering(source: TokenSource): KnowingSource {
  if (source.issued) return source as KnowingSource;
  const seen = new Set<string>();
  let latest: string | undefined;
  const note = (token: AccessToken | undefined): AccessToken | undefined => {
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
    ...(source.report && { report: (event) => source.report?.(event) }),
  };
}
