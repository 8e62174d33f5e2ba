import { TokenError, tokenErrorOf } from '../errors/errors.ts';

/**
 * The error of one request out of the one that all of them share: it says which request it was, and has the shared one as
 * its `cause`. Path and query stay out, because they may hold secrets. An error of somebody else's, also one around a
 * `TokenError`, is left as it is: that is the way to keep a class of one's own.
 */
export function nameRequest(error: unknown, method: string, origin: string): unknown {
  const found = tokenErrorOf(error);
  if (found === undefined || found !== error) return error;
  return new TokenError(found.code, {
    message: `${found.message} (${method} ${origin})`,
    cause: found,
    retryAfter: found.retryAfter,
    delivery: found.delivery,
  });
}
