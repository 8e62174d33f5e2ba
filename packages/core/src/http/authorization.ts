import { TokenError } from '../errors/errors.ts';
import { describeToken, isTokenText } from '../tokens/token-syntax.ts';
import type { AccessToken } from '../tokens/tokens.ts';

/** Headers by name; `undefined`: to take off. */
export type HeaderMap = Readonly<Record<string, string | undefined>>;

/**
 * The `Authorization` header for a token: `Bearer` unless it has another type (RFC 6750 section 2.1; the type is
 * case-insensitive, servers are not always).
 *
 * @throws TokenError ERR_REFRESH_ANSWER for a token that no header may carry. It is not quoted, as `new Headers` and
 * `fetch` would.
 */
export function authorizationOf({ accessToken, tokenType }: AccessToken): string {
  const type = tokenType === undefined || /^bearer$/i.test(tokenType) ? 'Bearer' : tokenType;
  for (const part of [type, accessToken] as unknown[]) {
    if (!isTokenText(part)) {
      const name = part === accessToken ? 'accessToken' : 'tokenType';
      throw new TokenError('ERR_REFRESH_ANSWER', {
        message: `The token source gave a wrong ${name}: ${describeToken(part)}`,
      });
    }
  }
  return `${type} ${accessToken}`;
}

/** A header that a request has already: none, a token that may be ours, or the caller's own. */
export type Carried = 'nothing' | 'foreign' | { readonly token: string };

/** How a token is written into a header, and read from one. */
export interface TokenHeader {
  /**
   * The headers to set for a token. The same object for the same token: to build and check it takes longer than all the
   * rest. Nothing is set for a session in cookies; `carried` then says whether a header has to be taken off.
   */
  headersFor(token: AccessToken, carried: unknown): HeaderMap;
  /** What to send when there is no token. */
  headersForNone(carried: unknown): HeaderMap;
  /** The scheme that a token is sent with; `''`: none. */
  schemeOf(token: AccessToken): string;
  /** What a header carries. Clients make text of whatever they get. */
  read(header: unknown): Carried;
}

/** What a template or a storage makes of nothing, and of a promise that was not awaited. */
const NOTHING = /^(?:|undefined|null|nan|false|""|''|\[object \w+\])[,;]?$/i;
const SCHEME = /^(?:bearer|token|jwt|dpop|basic)(?=\s|$)\s*/i;
/** A second one, with nothing behind it only where it cannot be a token: `Bearer token` carries the token `token`. */
const SECOND_SCHEME = /^(?:bearer(?=\s|$)|(?:token|jwt|dpop|basic)(?=\s))\s*/i;
/** Schemes whose credentials are no tokens. */
const NO_TOKEN = /^(?:basic|digest|negotiate|ntlm)\s/i;

/** `name`: a header that carries the token alone. Default `Authorization`, with a scheme. */
export function createTokenHeader(name: string | undefined): TokenHeader {
  const withScheme = name === undefined || name.toLowerCase() === 'authorization';
  const written = withScheme ? 'Authorization' : name;
  const none: HeaderMap = {};
  const takenOff: HeaderMap = { [written]: undefined };
  let latest: AccessToken | undefined;
  let headers: HeaderMap = {};
  const headersForNone = (carried: unknown): HeaderMap => (carried ? takenOff : none);
  return {
    headersFor(token, carried) {
      if (token.tokenType === 'cookie') return headersForNone(carried);
      if (token.accessToken !== latest?.accessToken || token.tokenType !== latest.tokenType) {
        const value = authorizationOf(token);
        headers = { [written]: withScheme ? value : token.accessToken };
        latest = token;
      }
      return headers;
    },
    headersForNone,
    schemeOf: ({ tokenType = 'Bearer' }) => (withScheme && tokenType !== 'cookie' ? tokenType : ''),
    read(header) {
      const text = String(header).trim();
      if (saysNothing(text, withScheme)) return 'nothing';
      const parts = text.split(/\s+/);
      const token = parts.length === (withScheme ? 2 : 1) ? parts.at(-1) : undefined;
      return token === undefined || (withScheme && NO_TOKEN.test(text)) ? 'foreign' : { token };
    },
  };
}

function saysNothing(text: string, withScheme: boolean): boolean {
  if (!withScheme) return NOTHING.test(text);
  const bare = text.replace(SCHEME, '');
  // Some put the scheme in front of what has one already.
  return NOTHING.test(bare) || (bare !== text && NOTHING.test(bare.replace(SECOND_SCHEME, '')));
}
