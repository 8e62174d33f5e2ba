import { originsOf } from './check-options.ts';
import type { AuthOptions } from './options.ts';
import { targetOf } from './origin.ts';

/** A client's base URL, or a function that reads it anew for each request, where the client lets it be changed. */
export type BaseUrl = string | (() => string | undefined);

/** The origin of a URL if it may see the token, else `undefined`. */
export type AllowedOriginOf = (url: string) => string | undefined;

/**
 * Decides which URLs may see the token. `base` is read only where no origins are listed.
 *
 * @throws TypeError for a wrong origin, and where there is neither a list nor a base URL; a base URL that was changed
 * to a wrong one throws for the next request.
 */
export function createAllowedOrigins(
  options: AuthOptions,
  base: BaseUrl | undefined,
): AllowedOriginOf {
  const read = options.origins === undefined && typeof base === 'function' ? base : undefined;
  let current = read ? read() : (base as string | undefined);
  let origins = originsOf(options, current);
  let listed = [...origins];
  return (url) => {
    const next = read ? read() : current;
    if (next !== current) {
      origins = originsOf(options, next);
      listed = [...origins];
      current = next;
    }
    // The usual case without any parsing: an origin as we write it, and its end.
    for (const origin of listed)
      if (url === origin || (url.startsWith(origin) && '/?#'.includes(url.charAt(origin.length))))
        return origin;
    const target = targetOf(url);
    return target !== undefined && origins.has(target) ? target : undefined;
  };
}
