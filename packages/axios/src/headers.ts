import type { HeaderMap } from 'unexpired/adapter';

type Headers = Record<string, unknown>;

/** The name under which these headers have `name`, which is in lower case. */
export function ownName(headers: Headers, name: string): string | undefined {
  let found: string | undefined;
  for (const key in headers)
    if (key.length === name.length && key.toLowerCase() === name && Object.hasOwn(headers, key))
      found = key;
  return found;
}

/**
 * Sets every header of `map`, `undefined` takes one off. Returns what they replaced, to be assigned again. `name`: the
 * usual one of them, in lower case, and `own` the name under which these headers have it.
 */
export function setHeaders(
  headers: Headers,
  map: HeaderMap,
  name: string,
  own: string | undefined,
): Headers {
  const replaced: Headers = {};
  for (const written in map) {
    const lower = written.toLowerCase();
    const key = (lower === name ? own : ownName(headers, lower)) ?? written;
    replaced[key] = headers[key];
    headers[key] = map[written];
  }
  return replaced;
}

/** Gives headers the members back that they had once, and no other. */
export function resetHeaders(headers: Headers, kept: Headers): void {
  for (const name of Object.keys(headers)) if (!Object.hasOwn(kept, name)) delete headers[name];
  Object.assign(headers, kept);
}
