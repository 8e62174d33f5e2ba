import { TokenError } from '../errors/errors.ts';
import { describeToken, isTokenText } from '../tokens/token-syntax.ts';
import type { AccessToken } from '../tokens/tokens.ts';

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

/** The token in an `Authorization` header, `undefined` if it is not of the form *scheme token*. Clients make text of whatever they get. */
export function carriedToken(authorization: unknown): string | undefined {
  const parts = String(authorization).trim().split(/\s+/);
  return parts.length === 2 ? parts[1] : undefined;
}
