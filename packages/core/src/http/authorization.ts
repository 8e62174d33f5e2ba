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

/** How a token is written into a header, and read from one. */
export interface TokenHeader {
  /** The headers to set for a token. The same object for the same token: to build and check it takes longer than all the rest. */
  headersFor(token: AccessToken): HeaderMap;
  /** What to send when there is no token: the header is taken off. */
  readonly takenOff: HeaderMap;
  /** The token in a header, `undefined` if it is not of the expected form. Clients make text of whatever they get. */
  tokenIn(header: unknown): string | undefined;
}

/** `name`: a header that carries the token alone. Default `Authorization`, with a scheme. */
export function createTokenHeader(name: string | undefined): TokenHeader {
  const withScheme = name === undefined || name.toLowerCase() === 'authorization';
  const written = withScheme ? 'Authorization' : name;
  let latest: AccessToken | undefined;
  let headers: HeaderMap = {};
  return {
    headersFor(token) {
      if (token.accessToken !== latest?.accessToken || token.tokenType !== latest.tokenType) {
        const value = authorizationOf(token);
        headers = { [written]: withScheme ? value : token.accessToken };
        latest = token;
      }
      return headers;
    },
    takenOff: { [written]: undefined },
    tokenIn(header) {
      const parts = String(header).trim().split(/\s+/);
      return parts.length === (withScheme ? 2 : 1) ? parts.at(-1) || undefined : undefined;
    },
  };
}
