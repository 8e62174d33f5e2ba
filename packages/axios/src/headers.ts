import type { HeaderMap } from 'unexpired/adapter';

type Headers = Record<string, unknown>;

/** The name under which these headers have `name`, which is in lower case; as it is written if they do not have it. */
export function ownName(headers: Headers, name: string, written: string = name): string {
  let found = written;
  for (const key of Object.keys(headers))
    if (key.length === name.length && key.toLowerCase() === name) found = key;
  return found;
}

/** Sets every header of `map`, `undefined` takes one off. Returns what they replaced, to be assigned again. */
export function setHeaders(headers: Headers, map: HeaderMap): Headers {
  const replaced: Headers = {};
  for (const name in map) {
    const own = ownName(headers, name.toLowerCase(), name);
    replaced[own] = headers[own];
    headers[own] = map[name];
  }
  return replaced;
}
